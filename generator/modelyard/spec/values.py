"""Values that are more than a string: each says what it accepts and what to write instead.

Facts: quantities follow `k8s.io/apimachinery/pkg/api/resource`, names RFC 1123 and RFC 1035 as
Kubernetes applies them, image references the OCI distribution grammar. Because a run that changes
little never imports pydantic, it is imported here only when it asks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from modelyard.words import plain_number, said, shown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema


class Wrong(ValueError):  # noqa: N818 - it is what the value is
    """A value that was refused: the rule, what is wrong, and what to write instead.

    `meant` is the one text that certainly was meant, where there is one.
    """

    def __init__(self, rule: str, message: str, help: str = "", meant: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.help = help
        self.meant = meant


DNS_LIMIT = 253
"""Characters in a name of the DNS."""
_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+@")

_known: dict[tuple[type, str], Text] = {}
"""Values already checked. Models repeat a few hundred, and checking one takes microseconds."""
_KNOWN_LIMIT = 50_000


class Text(str):
    """A string with a grammar. Subclasses say which, in `pattern` and `check`."""

    __slots__ = ()

    pattern: ClassVar[str]
    """A regular expression, understood by Python and ECMA 262 alike; matched whole."""
    wanted: ClassVar[str]
    """What the value must be, to end the sentence "must be …"."""
    examples: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[bool] = False
    """Whether a bare number is accepted too; it is kept as its text."""

    @classmethod
    def read(cls, value: object) -> Self:
        """The value, or an error that says what to write."""
        known = _known.get((cls, value)) if isinstance(value, str) else None
        if isinstance(known, cls):
            return known
        if isinstance(value, str):
            text = value
        elif cls.numbers and isinstance(value, int | float) and not isinstance(value, bool):
            text = plain_number(value)
        else:
            raise Wrong("type", f"must be {cls.wanted}, got {said(value)}", cls.hint(value))
        if re.fullmatch(cls.pattern, text) is None:
            message = f"must be {cls.wanted}, got `{shown(text)}`"
            meant = "" if _PASSWORD.search(text) else cls.meant(text)
            sure = meant if cls._matches(meant) else ""
            raise Wrong("value", message, cls.fix(_PASSWORD.sub("", text)), sure)
        cls.check(text)
        found = cls(text)
        if len(_known) < _KNOWN_LIMIT:
            _known[cls, text] = found
        return found

    @classmethod
    def takes(cls, value: object) -> bool:
        """Whether the value would be read."""
        try:
            cls.read(value)
        except Wrong:
            return False
        return True

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse a text that matches the pattern and still cannot be right."""

    @classmethod
    def meant(cls, text: str) -> str:  # noqa: ARG003
        """What certainly was meant by a text that does not match; nothing good where that is open."""
        return ""

    @classmethod
    def fix(cls, text: str) -> str:
        """What to write instead of a text that does not match."""
        near = cls.meant(text)
        if near and cls._matches(near):
            return f"write `{near}`"
        return f"write for example `{cls.examples[0]}`" if cls.examples else ""

    @classmethod
    def hint(cls, value: object) -> str:
        """What to write instead of a value of another type."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (
                f'quote it: "{plain_number(value)}"'
                if cls._matches(plain_number(value))
                else cls.fix("")
            )
        return cls.fix("")

    @classmethod
    def _matches(cls, text: str) -> bool:
        """Whether a text would be read. Advice rests on it, so it asks for none itself."""
        if re.fullmatch(cls.pattern, text) is None:
            return False
        try:
            cls.check(text)
        except Wrong:
            return False
        return True

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Validate with `read`; pydantic asks for this."""
        from pydantic_core import PydanticCustomError, core_schema

        def read(value: object) -> Text:
            try:
                return cls.read(value)
            except Wrong as wrong:
                context = {"message": str(wrong), "help": wrong.help, "meant": wrong.meant}
                raise PydanticCustomError(wrong.rule, "{message}", context) from None

        return core_schema.no_info_plain_validator_function(read)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the grammar to editors; pydantic asks for this."""
        kind: Any = ["string", "number"] if cls.numbers else "string"
        found: JsonSchemaValue = {"type": kind, "pattern": f"^(?:{cls.pattern})$"}
        if cls.examples:
            found["examples"] = list(cls.examples)
        return found


class Quantity(Text):
    """An amount in Kubernetes' notation."""

    __slots__ = ()

    pattern = r"([0-9]{1,18}(\.[0-9]{1,9})?|\.[0-9]{1,9})(m|k|[KMGTPE]i|[MGTPE]|[eE][0-9]{1,2})?"
    wanted = "a quantity"
    examples: ClassVar[tuple[str, ...]] = ("500m", "2", "4Gi")
    numbers = True

    @property
    def thousandths(self) -> int:
        """The amount in thousandths of its unit (a core, a byte, an object), rounded up."""
        return _thousandths(str(self))

    @classmethod
    def meant(cls, text: str) -> str:
        """Only units of two letters, as `Gi`, leave no doubt: `4g` and `4GB` are two amounts."""
        found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp])i(?:b|bytes)?\s*", text, re.I)
        return f"{found[1]}{found[2].upper()}i" if found else ""

    @classmethod
    def fix(cls, text: str) -> str:
        """Name the unit that was meant."""
        found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp])(i|b|ib|ytes)*\s*", text, re.I)
        near = f"{found[1]}{found[2].upper()}i" if found else ""
        return f"write `{near}`" if cls._matches(near) else super().fix(text)


class Cpu(Quantity):
    """An amount of CPU, in cores: `500m` is half a core."""

    __slots__ = ()

    pattern = r"([0-9]{1,18}(\.[0-9]{1,3})?|\.[0-9]{1,3})|[0-9]{1,18}m"
    wanted = "an amount of CPU"
    examples: ClassVar[tuple[str, ...]] = ("500m", "2")

    most_cores: ClassVar[int] = 1024

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse nothing at all, and thousands of cores where thousandths were meant."""
        amount = _thousandths(text)
        if amount == 0:
            raise Wrong("value", f"must be more than zero, got `{text}`", super().fix(""))
        if amount > cls.most_cores * 1000:
            raise Wrong(
                "value",
                f"must be at most {cls.most_cores} cores, got `{text}`",
                f"write `{text}m` for thousandths of a core" if text.isdecimal() else "",
            )

    @classmethod
    def meant(cls, text: str) -> str:
        """A capital `M` could be a million."""
        found = re.fullmatch(r"\s*([0-9.]+)\s*(m?)\s*(?:(?:[vV]?CPU|v?cpu|[cC]ore)s?)?\s*", text)
        return f"{found[1]}{found[2]}" if found else ""

    @classmethod
    def fix(cls, text: str) -> str:
        """The number is right, and something stands beside it."""
        found = re.fullmatch(r"\s*([0-9.]+)\s*(m?)\s*(v?cpus?|cores?)?\s*", text, re.I)
        near = f"{found[1]}{found[2].lower()}" if found else ""
        return f"write `{near}`" if cls._matches(near) else super().fix("")


class Memory(Quantity):
    """An amount of memory or storage, in bytes: `4Gi` is 4 × 2³⁰."""

    __slots__ = ()

    pattern = r"[0-9]{1,18}(\.[0-9]{1,9})?([KMGTPE]i|[kMGTPE])?"
    wanted = "an amount of memory"
    examples: ClassVar[tuple[str, ...]] = ("4Gi", "512Mi")

    least_bytes: ClassVar[int] = 1 << 20
    most_bytes: ClassVar[int] = 1 << 60

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse less than a mebibyte, as the unit was forgotten, and more than Kubernetes counts."""
        if _thousandths(text) > cls.most_bytes * 1000:
            raise Wrong("value", f"must be at most 1Ei, got `{text}`", super().fix(""))
        if _thousandths(text) < cls.least_bytes * 1000:
            near = f"{text.rstrip('kKMGTPEi')}Mi"
            meant = _thousandths(near) >= cls.least_bytes * 1000
            raise Wrong(
                "value",
                f"must be at least 1Mi, got `{text}`",
                f"write the unit: `{near}`" if meant else super().fix(""),
            )

    @classmethod
    def fix(cls, text: str) -> str:
        """`m` is the unit that is most often meant otherwise."""
        advice = super().fix(text)
        return f"`m` means thousandths; {advice}" if re.fullmatch(r"[0-9]+m", text) else advice


class Target(Quantity):
    """An average that an autoscaler aims at."""

    __slots__ = ()
    examples: ClassVar[tuple[str, ...]] = ("4", "500m")

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse nothing at all, of which no number of pods is right."""
        if _thousandths(text) == 0:
            raise Wrong("value", f"must be more than zero, got `{text}`", super().fix(""))


class Duration(Text):
    """A length of time; the same text means the same to Prometheus."""

    __slots__ = ()

    pattern = r"(?=.)([0-9]{1,12}d)?([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,12}ms)?"
    wanted = "a duration"
    examples: ClassVar[tuple[str, ...]] = ("500ms", "30s", "5m", "1h30m", "30d")

    most_days: ClassVar[int] = 3650

    @property
    def milliseconds(self) -> int:
        """Its length in milliseconds."""
        return _milliseconds(str(self))

    @property
    def in_go(self) -> str:
        """As Go writes it, and Istio and the External Secrets operator take it: without days."""
        seconds, rest = divmod(self.milliseconds, 1000)
        return f"{self.milliseconds}ms" if rest else f"{seconds}s"

    @property
    def whole_seconds(self) -> int:
        """Its length in seconds, rounded up."""
        return -(-self.milliseconds // 1000)

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse an empty length of time, and one that others would take for an overflow."""
        if _milliseconds(text) > cls.most_days * _MILLISECONDS["d"]:
            raise Wrong("value", f"must be at most {cls.most_days}d, got `{text}`", cls.fix(""))
        if _milliseconds(text) == 0:
            raise Wrong("value", f"must be longer than zero, got `{text}`", cls.fix(""))

    @classmethod
    def meant(cls, text: str) -> str:
        """The same length; without a unit, or with a capital `M`, it could be another one."""
        sure = text == text.lower() and not text.rstrip()[-1:].isdigit()
        return (_respelt(text) or "") if sure else ""

    @classmethod
    def fix(cls, text: str) -> str:
        """The same length in the units that are known."""
        near = _respelt(text)
        if near and cls._matches(near):
            return f"write `{near}`"
        return f"write for example `{cls.examples[1]}`"

    @classmethod
    def hint(cls, value: object) -> str:
        """A bare number lacks its unit."""
        if isinstance(value, int) and not isinstance(value, bool):
            return f"write the unit: `{value}s`, or `{value}ms`"
        return super().hint(value)


class Ratio(Text):
    """A share of a whole, as `99.9%` or `0.999`."""

    __slots__ = ()

    pattern = r"(100(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?)%|0(\.[0-9]{1,12})?|1(\.0{1,9})?"
    wanted = "a share from 0 to 1, or a percentage"
    examples: ClassVar[tuple[str, ...]] = ("99.9%", "0.85")
    numbers = True

    @property
    def fraction(self) -> str:
        """The share as the shortest decimal from 0 to 1, as PromQL takes it."""
        return _fraction(str(self))

    @classmethod
    def meant(cls, text: str) -> str:
        """A number from 10 on is a percentage; `1.5` could be one, or a slip."""
        return f"{text}%" if re.fullmatch(r"[1-9][0-9](\.[0-9]+)?|100", text) else ""

    @classmethod
    def fix(cls, text: str) -> str:
        """A number above 1 was meant as a percentage."""
        return (
            f"write `{text}%`"
            if re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?|100", text)
            else super().fix(text)
        )


class Name(Text):
    """A name that Kubernetes takes for any object, Services among them (RFC 1035)."""

    __slots__ = ()

    pattern = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
    wanted = "a name of at most 63 lower-case letters, digits and `-`, starting with a letter"
    examples: ClassVar[tuple[str, ...]] = ("fraud-detection",)

    @classmethod
    def fix(cls, text: str) -> str:
        """The nearest name that Kubernetes takes."""
        near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        near = re.sub(r"^[^a-z]+", "", near)[:63].rstrip("-")
        return f"write `{near}`" if near else super().fix(text)


class ReleaseName(Text):
    """The name of a release; it becomes a label, so Kubernetes' rules for label values hold."""

    __slots__ = ()

    pattern = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
    wanted = "a label value: at most 63 letters, digits, `-`, `_` and `.`"
    examples: ClassVar[tuple[str, ...]] = ("v1.2.3",)

    @classmethod
    def fix(cls, text: str) -> str:
        """The nearest label value."""
        near = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-_.")[:63].rstrip("-_.")
        return f"write `{near}`" if near else super().fix(text)


class LabelValue(ReleaseName):
    """The value of a label."""

    __slots__ = ()
    examples: ClassVar[tuple[str, ...]] = ("risk",)


class LabelKey(Text):
    """The key of a label or an annotation, with an optional DNS prefix."""

    __slots__ = ()

    pattern = (
        r"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
        r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
    )
    wanted = "a label key"
    examples: ClassVar[tuple[str, ...]] = ("app.kubernetes.io/part-of",)

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse a prefix that is too long for the DNS."""
        prefix = text.rpartition("/")[0]
        if len(prefix) > DNS_LIMIT:
            message = f"must have a prefix of at most {DNS_LIMIT} characters, got {len(prefix)}"
            raise Wrong("value", message, cls.fix(""))


class RuleName(Text):
    """The name of a rule of `check`, or an alias: what another tool calls it."""

    __slots__ = ()

    pattern = r"[A-Za-z0-9_]([-A-Za-z0-9_./]{0,126}[A-Za-z0-9_])?"
    wanted = "the name of a rule, as `modelyard rules` lists them"
    examples: ClassVar[tuple[str, ...]] = ("images/no-digest",)


class Date(Text):
    """A day: year, month and day of the month."""

    __slots__ = ()

    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    wanted = "a day, as `2027-03-31`"
    examples: ClassVar[tuple[str, ...]] = ("2027-03-31",)

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse days that no calendar has."""
        from datetime import date

        try:
            date.fromisoformat(text)
        except ValueError:
            raise Wrong("value", f"must be {cls.wanted}, and no calendar has `{text}`") from None


class EnvName(Text):
    """The name of an environment variable."""

    __slots__ = ()

    pattern = r"[A-Za-z_][A-Za-z0-9_]*"
    wanted = "the name of an environment variable: letters, digits and `_`"
    examples: ClassVar[tuple[str, ...]] = ("LOG_LEVEL",)

    @classmethod
    def fix(cls, text: str) -> str:
        """The nearest name."""
        near = re.sub(r"[^A-Za-z0-9_]+", "_", text)
        return f"write `{near}`" if cls._matches(near) else super().fix(text)


class LabelName(Text):
    """The name of a Prometheus label."""

    __slots__ = ()

    pattern = r"[a-zA-Z_][a-zA-Z0-9_]*"
    wanted = "the name of a Prometheus label: letters, digits and `_`"
    examples: ClassVar[tuple[str, ...]] = ("channel",)


class SecretProperty(Text):
    """The name of one property of a secret; it becomes a key and the name of a file."""

    __slots__ = ()

    pattern = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}"
    wanted = "the name of a property: letters, digits, `.`, `_` and `-`"
    examples: ClassVar[tuple[str, ...]] = ("password",)


class DnsName(Text):
    """A name in the DNS, as `cluster.local`."""

    __slots__ = ()

    pattern = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
    wanted = "a DNS name"
    examples: ClassVar[tuple[str, ...]] = ("cluster.local",)

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse what is too long for the DNS."""
        if len(text) > DNS_LIMIT:
            message = f"must have at most {DNS_LIMIT} characters, got {len(text)}"
            raise Wrong("value", message, cls.fix(""))

    @classmethod
    def meant(cls, text: str) -> str:
        """Names in the DNS are lower-case here."""
        return text.lower().strip(".")


class GitRevision(Text):
    """A revision that can mean only one thing to git."""

    __slots__ = ()

    pattern = r"refs/(heads|tags)/[A-Za-z0-9._/-]+|[0-9a-f]{40}"
    wanted = "a fully qualified branch or tag, or a whole commit"
    examples: ClassVar[tuple[str, ...]] = ("refs/heads/main",)

    @classmethod
    def fix(cls, text: str) -> str:
        """A short name was meant as a branch."""
        near = f"refs/heads/{text}"
        return f"write `{near}`" if cls._matches(near) else super().fix(text)


class TimeZone(Text):
    """The name of a time zone."""

    __slots__ = ()

    pattern = r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*"
    wanted = "a time zone"
    examples: ClassVar[tuple[str, ...]] = ("Europe/Berlin", "Etc/UTC")

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse what means another zone on every node; the API server does too."""
        if text.lower() == "local":
            raise Wrong("value", f"must be {cls.wanted}, got `{text}`", cls.fix(text))


class MetricName(Text):
    """The name of a Prometheus metric."""

    __slots__ = ()

    pattern = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    wanted = "the name of a metric"
    examples: ClassVar[tuple[str, ...]] = ("model_inference_duration_seconds",)


class LabelMatcher(Text):
    """One PromQL label matcher, as it stands between the braces."""

    __slots__ = ()

    pattern = r'[a-zA-Z_][a-zA-Z0-9_]*(=|!=|=~|!~)"([^"\\\n]|\\.)*"'
    wanted = "a PromQL label matcher"
    examples: ClassVar[tuple[str, ...]] = ('code=~"5.."',)


class Image(Text):
    """A container image: registry, repository, then a tag or a digest or both."""

    __slots__ = ()

    pattern = (
        r"(?:(?P<registry>[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::[0-9]+)?|[a-zA-Z0-9-]+:[0-9]+)/)?"
        r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
        r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
    )
    wanted = "an image reference"
    examples: ClassVar[tuple[str, ...]] = (
        "registry.example.com/risk/fraud-model@sha256:" + "0" * 64,
    )

    most_characters: ClassVar[int] = 255
    moving: ClassVar[tuple[str, ...]] = (
        "latest",
        "main",
        "master",
        "dev",
        "develop",
        "nightly",
        "edge",
        "stable",
    )
    """Tags that are moved as a matter of course."""

    @property
    def digest(self) -> str | None:
        """`sha256:…`, where the image is pinned."""
        return self._part("digest")

    @property
    def tag(self) -> str | None:
        """The tag, where there is one."""
        return self._part("tag")

    @property
    def repository(self) -> str:
        """Registry and repository, with the registry that a bare name stands for."""
        bare = re.sub(r"(:[^/@]+)?(@.+)?$", "", self)
        if self._part("registry"):
            return bare
        return f"docker.io/{bare}" if "/" in bare else f"docker.io/library/{bare}"

    @property
    def can_move(self) -> bool:
        """Whether the same text can mean another image tomorrow, as nothing else than that is meant."""
        return self.digest is None and self.tag in (None, *self.moving)

    def is_from(self, registry: str) -> bool:
        """Whether it lies there; matched by whole path segments, so that no look-alike passes."""
        return f"{self.repository}/".startswith(f"{registry}/")

    def _part(self, name: str) -> str | None:
        found = re.fullmatch(type(self).pattern, self)
        return found[name] if found else None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """ECMA 262 has no `(?P<name>`."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        found["pattern"] = re.sub(r"\?P<\w+>", "", found["pattern"])
        return found

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse a name that is too long for registries."""
        name = re.sub(r"(:[^/@]+)?(@.+)?$", "", text)
        if len(name) > cls.most_characters:
            message = (
                f"must have a name of at most {cls.most_characters} characters, got {len(name)}"
            )
            raise Wrong("value", message, "shorten the repository")

    @classmethod
    def meant(cls, text: str) -> str:
        """Images have no scheme."""
        return re.sub(r"^[a-z]+://", "", text)

    @classmethod
    def fix(cls, text: str) -> str:
        """The commonest slips are a scheme, capital letters and a short digest."""
        bare = cls.meant(text)
        if bare != text and cls._matches(bare):
            return f"leave the scheme out: write `{bare}`"
        name = re.split(r"(:[^/:@]*)?(@.*)?$", text, maxsplit=1)[0]
        near = name.lower() + text[len(name) :]
        if near != text and cls._matches(near):
            return f"repositories are lower-case: write `{near}`"
        if "@" in text:
            return "a digest is `sha256:` and 64 hexadecimal digits"
        return super().fix(text)


class Registry(Text):
    """A registry of container images, or a path in one."""

    __slots__ = ()

    pattern = (
        r"([a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+(:[0-9]+)?|[a-zA-Z0-9-]+:[0-9]+)"
        r"(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
    )
    wanted = "a registry, or a path in one"
    examples: ClassVar[tuple[str, ...]] = ("registry.example.com", "ghcr.io/example")

    @classmethod
    def meant(cls, text: str) -> str:
        """The commonest slips are a scheme and a slash at the end."""
        return re.sub(r"^[a-z]+://", "", text).rstrip("/")


class Sha256(Text):
    """The SHA-256 of a file, in hexadecimal."""

    __slots__ = ()

    pattern = r"[0-9a-f]{64}"
    wanted = "64 hexadecimal digits"
    examples: ClassVar[tuple[str, ...]] = ("0" * 64,)

    @classmethod
    def meant(cls, text: str) -> str:
        """The prefix belongs to image digests only."""
        return text.removeprefix("sha256:").lower()

    @classmethod
    def fix(cls, text: str) -> str:
        """A digest of another length is none."""
        bare = cls.meant(text)
        return f"write `{bare}`" if cls._matches(bare) else "`sha256sum FILE` prints it"


class Uri(Text):
    """Where an artefact lies."""

    __slots__ = ()

    pattern = r"[a-z][a-z0-9+.-]*://[A-Za-z0-9][A-Za-z0-9._~-]*(:[0-9]+)?(/[A-Za-z0-9._~/@:+=-]*)?"
    wanted = "a URI without credentials or a query"
    examples: ClassVar[tuple[str, ...]] = ("s3://models/fraud-detection/v1.2.3/model.joblib",)

    @property
    def scheme(self) -> str:
        """The part before `://`."""
        return self.partition("://")[0]

    @property
    def rest(self) -> str:
        """The part after `://`: host or bucket, and path."""
        return self.partition("://")[2]

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse a way out of the place that is named."""
        if "/../" in f"{text}/":
            message = f"must not contain `..`, got `{shown(text)}`"
            raise Wrong("value", message, "write the path that is meant")

    @classmethod
    def fix(cls, text: str) -> str:
        """Credentials come from the environment's secret store."""
        near = text.partition("?")[0]
        return f"write `{near}`" if cls._matches(near) else super().fix(text)


class Url(Text):
    """The address of a page or a repository."""

    __slots__ = ()

    pattern = r"(https|http|ssh)://([A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[^\s\"'<>{}|\\^`]*)?|git@[A-Za-z0-9.-]+:[A-Za-z0-9._/-]+"
    wanted = "a URL without a password"
    examples: ClassVar[tuple[str, ...]] = ("https://git.example.com/ml/models.git",)

    @classmethod
    def fix(cls, text: str) -> str:
        """The password is one part too many, or the scheme is missing."""
        near = text if "://" in text else f"https://{text}"
        return f"write `{near}`" if cls._matches(near) else super().fix(text)


class HttpPath(Text):
    """The path of a request."""

    __slots__ = ()

    pattern = r"/[A-Za-z0-9._~!$&'()+,;=:@%/-]*"
    wanted = "a path that starts with `/`"
    examples: ClassVar[tuple[str, ...]] = ("/predict",)

    @classmethod
    def meant(cls, text: str) -> str:
        """Only the slash is missing."""
        return f"/{text}" if text and "://" not in text else ""


class PathPattern(HttpPath):
    """A path, or all paths that begin so: Istio takes `*` only at the end."""

    __slots__ = ()

    pattern = r"/[A-Za-z0-9._~!$&'()+,;=:@%/-]*\*?"
    wanted = "a path that starts with `/`, with `*` only at its end"


class Cidr(Text):
    """A range of IP addresses."""

    __slots__ = ()

    pattern = r"[0-9a-fA-F.:]+/[0-9]{1,3}"
    wanted = "a range of IP addresses"
    examples: ClassVar[tuple[str, ...]] = ("10.20.0.0/16",)

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse addresses that do not exist and ranges whose host bits are set."""
        import ipaddress

        try:
            ipaddress.ip_network(text)
        except ValueError:
            try:
                near = str(ipaddress.ip_network(text, strict=False))
            except ValueError:
                raise Wrong("value", f"must be {cls.wanted}, got `{text}`", cls.fix(text)) from None
            raise Wrong(
                "value", f"must be {cls.wanted}, got the one address `{text}`", f"write `{near}`"
            ) from None

    @classmethod
    def meant(cls, text: str) -> str:
        """One address is a range of its own."""
        import ipaddress

        try:
            return str(ipaddress.ip_network(text))
        except ValueError:
            return ""


class Schedule(Text):
    """When a CronJob runs: minute, hour, day of the month, month, day of the week."""

    __slots__ = ()

    pattern = r"\S+( +\S+){4}|@(hourly|daily|weekly|monthly|yearly|annually|midnight)"
    wanted = "a cron schedule of five fields"
    examples: ClassVar[tuple[str, ...]] = ("0 3 * * 1",)

    bounds: ClassVar = (
        ("minute", 0, 59, ()),
        ("hour", 0, 23, ()),
        ("day of the month", 1, 31, ()),
        (
            "month",
            1,
            12,
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        ),
        ("day of the week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
    )

    @classmethod
    def check(cls, text: str) -> None:
        """Refuse what the CronJob controller would: values out of range and malformed fields."""
        if text.startswith("@"):
            return
        for field, (what, low, high, names) in zip(text.split(), cls.bounds, strict=True):
            for part in field.split(","):
                if not _cron_part(part, low, high, names):
                    raise Wrong(
                        "value",
                        f"must be {cls.wanted}, and `{shown(part)}` is no {what} ({low} to {high})",
                        "Sunday is `0`" if part == "7" else cls.fix(text),
                    )


class IntOrPercent(Text):
    """A whole number of pods, or a percentage of them."""

    __slots__ = ()

    pattern = r"[0-9]{1,4}|(100|[0-9]{1,2})%"
    wanted = "a whole number or a percentage"
    examples: ClassVar[tuple[str, ...]] = ("1", "25%")
    numbers = True

    @property
    def value(self) -> int | str:
        """As Kubernetes takes it: a number, or a string that ends in `%`."""
        return str(self) if self.endswith("%") else int(self)


class KubernetesVersion(Text):
    """A minor version of Kubernetes."""

    __slots__ = ()

    pattern = r"1\.[0-9]{2}"
    wanted = "a Kubernetes version"
    examples: ClassVar[tuple[str, ...]] = ("1.34",)

    @property
    def minor(self) -> int:
        """The second number."""
        return int(self.partition(".")[2])

    @classmethod
    def hint(cls, value: object) -> str:
        """`1.30` without quotes is the number 1.3."""
        if isinstance(value, float):
            return f'quote it: "{value:.2f}"'
        return super().hint(value)

    @classmethod
    def meant(cls, text: str) -> str:
        """A patch level or a `v` is one too many."""
        found = re.fullmatch(r"v?(1\.[0-9]{2})(\..*)?", text)
        return found[1] if found else ""

    @classmethod
    def fix(cls, text: str) -> str:
        """With the quotes that it needs."""
        near = cls.meant(text)
        return f'write "{near}"' if near else super().fix(text)


_THOUSANDTHS = (
    {"m": 1, "": 1000}
    | {unit: 1000 ** (power + 2) for power, unit in enumerate("kMGTPE")}
    | {f"{unit}i": 1000 << (10 * (power + 1)) for power, unit in enumerate("KMGTPE")}
)


@lru_cache(maxsize=4096)
def _thousandths(text: str) -> int:
    """Whole thousandths, rounded up, in whole numbers alone: no float loses any."""
    found = re.fullmatch(r"([0-9]*)\.?([0-9]*)(?:[eE]([0-9]+)|([a-zA-Z]*))", text)
    assert found is not None
    whole, decimals, exponent, unit = found.groups()
    digits = int(f"{whole}{decimals}")
    times = 1000 * 10 ** int(exponent) if exponent else _THOUSANDTHS[unit]
    return int(-(-digits * times // 10 ** len(decimals)))


_MILLISECONDS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


@lru_cache(maxsize=4096)
def _milliseconds(text: str) -> int:
    return sum(int(n) * _MILLISECONDS[unit] for n, unit in re.findall(r"([0-9]+)(ms|[dhms])", text))


_SPELT = re.compile(
    r"\s*(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:(?P<ms>ms|millis(?:econds?)?)|(?P<s>s(?:ec(?:ond)?s?)?)"
    r"|(?P<m>m(?:in(?:ute)?s?)?)|(?P<h>h(?:(?:ou)?rs?)?)|(?P<d>d(?:ays?)?)|(?P<w>w(?:eeks?)?)|(?=$))\s*",
    re.IGNORECASE,
)
_SPELT_UNITS = _MILLISECONDS | {"number": 1000, "w": 7 * _MILLISECONDS["d"]}


def _respelt(text: str) -> str | None:
    """A length of time in the units that are known: `1h30m` for `1.5 hours`."""
    from fractions import Fraction

    total, at = Fraction(0), 0
    while at < len(text) and (found := _SPELT.match(text, at)):
        total += Fraction(found["number"]) * _SPELT_UNITS[str(found.lastgroup)]
        at = found.end()
    if at < len(text) or not total or total.denominator != 1:
        return None
    rest, near = int(total), ""
    for unit, length in _MILLISECONDS.items():
        count, rest = divmod(rest, length)
        near += f"{count}{unit}" if count else ""
    return near


@lru_cache(maxsize=4096)
def _fraction(text: str) -> str:
    from decimal import Decimal

    share = Decimal(text.rstrip("%"))
    if text.endswith("%"):
        share /= 100
    return format(share.normalize(), "f")


def _cron_part(part: str, low: int, high: int, names: tuple[str, ...]) -> bool:
    body, slash, step = part.partition("/")
    if slash and not re.fullmatch(r"0*[1-9][0-9]*", step):
        return False
    if body in ("*", "?"):
        return True
    first, dash, last = body.partition("-")
    ends = [_cron_number(end, names, low) for end in ((first, last) if dash else (first,))]
    known = [end for end in ends if end is not None and low <= end <= high]
    return len(known) == len(ends) and known == sorted(known)


def _cron_number(text: str, names: tuple[str, ...], low: int) -> int | None:
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    return names.index(text.lower()) + low if text.lower() in names else None
