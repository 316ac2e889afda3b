"""Every combination that is tried: policies, inputs and flags, the same ones on every machine."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.differential.inputs import BROKEN, DATA, MANIFESTS, ODD

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = Path(__file__).parent / "policies"
FORMATS = ("stdout", "json", "tap", "table", "junit", "github", "azuredevops", "sarif")
COLOURLESS = "--no-color"
EVALUATED = ("--fail-on-warn", "--no-fail", "--quiet", "--suppress-exceptions")


@dataclass(frozen=True)
class Case:
    """One command line, in a folder with these files."""

    name: str
    words: tuple[str, ...]
    files: dict[str, str]
    stdin: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with anything that the outcome may depend on."""
        parts = [self.words, sorted(self.files.items()), self.stdin, sorted(self.environment)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    @property
    def ordered(self) -> bool:
        """Whether conftest prints everything in an order: one module, and one input or all in one."""
        modules = [name for name in self.files if name.endswith(".rego")]
        inputs = self.files.keys() & {word.removeprefix("./") for word in self.words}
        named = "-c" not in self.words and all("=" not in w for w in self.words)
        one = len(inputs) + self.words.count("-") == 1 and "." not in self.words
        return self.words[0] == "test" and len(modules) == 1 and named and one

    def write(self, folder: Path) -> None:
        """Put the files where the command line expects them."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


def policies() -> dict[str, dict[str, str]]:
    """By name, the files of every policy."""
    return {
        folder.name: {
            f"policy/{path.relative_to(folder).as_posix()}": path.read_text()
            for path in sorted(folder.rglob("*.rego"))
        }
        for folder in sorted(POLICIES.iterdir())
    }


class _Maker:
    """Makes cases with names that say what they are."""

    def __init__(self) -> None:
        self.policies = policies()
        self.inputs = {**MANIFESTS, **ODD, **BROKEN}

    def test(
        self,
        group: str,
        policy: str,
        inputs: tuple[str, ...],
        *flags: str,
        colour: bool = False,
        more: dict[str, str] | None = None,
        stdin: str = "",
    ) -> Case:
        version = ("--rego-version", "v0") if policy.startswith("v0-") else ()
        words = ("test", *inputs, *flags, *version, *(() if colour else (COLOURLESS,)))
        files = {name: self.inputs[name] for name in inputs if name in self.inputs}
        name = " ".join([f"{group}:", policy, *(w for w in words[1:] if w != COLOURLESS)])
        return Case(name, words, {**self.policies[policy], **files, **(more or {})}, stdin)


def every() -> list[Case]:
    """All cases, none twice."""
    found: dict[str, Case] = {}
    make = _Maker()
    for group in (
        _plain, _odd, _formats, _flags, _data, _combined, _namespaces, _verified, _elsewhere
    ):  # fmt: skip
        for case in group(make):
            found.setdefault(case.name, case)
    return list(found.values())


def _tested(make: _Maker) -> list[str]:
    return [name for name in make.policies if not name.startswith("verify-")]


def _plain(make: _Maker) -> Iterator[Case]:
    """Every policy, asked about several manifests, one at a time."""
    chance = random.Random("plain")
    for policy in _tested(make):
        others = [name for name in MANIFESTS if name not in ("deployment.yaml", "service.yaml")]
        # A policy that cannot be loaded says the same of everything.
        some = () if policy.startswith("bad-") else ("service.yaml", *chance.sample(others, 2))
        for name in ("deployment.yaml", *some):
            yield make.test("plain", policy, (name,))


def _odd(make: _Maker) -> Iterator[Case]:
    """Every odd text, asked about as a whole and piece by piece."""
    chance = random.Random("odd")
    usual = [name for name in _tested(make) if not name.startswith(("bad-", "strict-", "conflict"))]
    for name in ODD:
        for policy in ("whole-input", "types-deep", chance.choice(usual)):
            yield make.test("odd", policy, (name,))
    for name in BROKEN:
        yield make.test("odd", "whole-input", (name,))
    for name in ("numbers.yaml", "numbers.json", "booleans.yaml", "nulls.yaml"):
        for policy in (
            "numbers",
            "types",
            "cast",
            "whole-metadata",
            "encoding",
            "walk",
            "walk-numbers",
        ):
            yield make.test("odd", policy, (name,))
    for name in (*ODD, *BROKEN):
        yield make.test("odd", "whole-metadata", (name,), "-o", "json")
    for name, parser in itertools.product(
        ("service.yaml", "documents.json", "settings.ini", "settings.toml", ".env", "scalar.json"),
        ("yaml", "json", "toml", "ini", "dotenv", "ignore", "properties", "jsonc", "nothing"),
    ):
        yield make.test("odd", "whole-input", (name,), "--parser", parser)


def _formats(make: _Maker) -> Iterator[Case]:
    """Every format, of results of every kind."""
    chosen = {
        "labels": ("deployment.yaml", "service.yaml"),
        "exceptions": ("deployment.yaml",),
        "exception-all": ("service.yaml",),
        "loc": ("service.yaml",),
        "metadata-objects": ("service.yaml",),
        "multiline-messages": ("service.yaml",),
        "odd-types": ("service.yaml",),
        "odd-empty-package": ("service.yaml",),
        "print": ("deployment.yaml",),
        "builtin-errors-many": ("service.yaml",),
        "whole-input": ("unicode.yaml",),
        "functions": ("service.yaml", "deployment.yaml", "trailing.yaml"),
        "bad-parse": ("service.yaml",),
        "sets": ("service.yaml",),
        "every": ("list-empty.yaml",),
        "odd-object-no-msg": ("service.yaml",),
        "images": ("deployment.yaml",),
    }
    for (policy, inputs), form in itertools.product(chosen.items(), FORMATS):
        yield make.test("format", policy, inputs, "-o", form)
        if policy in ("exceptions", "labels", "loc", "functions"):
            yield make.test("format", policy, inputs, "-o", form, "--suppress-exceptions")
            yield make.test("format", policy, inputs, "-o", form, "--quiet", "--no-fail")
            yield make.test("format", policy, inputs, "-o", form, colour=True)
        if policy in ("loc", "images", "exceptions"):
            yield make.test("format", policy, inputs, "-o", form, "--fail-on-warn", "--quiet")
    for flags in (
        ("-o", "junit", "--junit-hide-message"),
        ("-o", "github", "--github-hide-passed"),
    ):
        for policy in ("exceptions", "functions", "labels"):
            yield make.test("format", policy, ("service.yaml", "deployment.yaml"), *flags)
    for form in ("", "STDOUT", "nonsense", "Json"):
        yield make.test("format", "images", ("deployment.yaml",), "--output", form)
    for form in FORMATS:
        yield make.test("format", "many-namespaces", ("service.yaml",), "-o", form, "-n", "*")
        yield make.test("format", "many-namespaces", ("service.yaml",), "-o", form, "-n", "nothing")
        yield make.test("format", "combine-services", ("deployment.yaml",), "-o", form, "--combine")
        yield make.test("format", "labels", ("-",), "-o", form, stdin=MANIFESTS["service.yaml"])


def _flags(make: _Maker) -> Iterator[Case]:
    """Flags together, on one input and on several."""
    chance = random.Random("flags")
    usual = [name for name in _tested(make) if not name.startswith("bad-")]
    for number in range(260):
        policy = chance.choice(usual)
        inputs = chance.sample([*MANIFESTS, *MANIFESTS, *ODD], chance.choice((1, 1, 2, 4)))
        flags = [flag for flag in EVALUATED if chance.random() < 0.3]
        flags += [f for f in ("--strict", "--show-builtin-errors") if chance.random() < 0.12]
        flags += ["-o", chance.choice(FORMATS)] if chance.random() < 0.5 else []
        flags += ["--combine"] if chance.random() < 0.15 else []
        unique = tuple(dict.fromkeys(inputs))
        yield make.test(f"flags{number:03}", policy, unique, *flags, colour=chance.random() < 0.2)
    for policy in usual:
        if policy.startswith(("strict-", "builtin-errors", "images", "v0-", "functions", "with")):
            yield make.test("flags", policy, ("service.yaml",), "--strict")
            yield make.test("flags", policy, ("service.yaml",), "--show-builtin-errors")
    for policy, version in itertools.product(
        ("v0-labels", "v0-future", "v0-rego-v1", "v0-violations", "labels", "bad-keyword"),
        ("v0", "V0", "v1", "V1", "v2", ""),
    ):
        case = make.test("version", policy, ("deployment.yaml",), "--rego-version", version)
        words = ("test", "deployment.yaml", "--rego-version", version, COLOURLESS)
        yield Case(case.name, words, case.files)


def _data(make: _Maker) -> Iterator[Case]:
    every_file = {**DATA, "data/exclusions.yaml": DATA["data/exclusions.yaml"]}
    for flags in (
        ("-d", "data"),
        ("--data", "data", "--data", "settings.yaml"),
        ("-d", "data,settings.json"),
        ("-d", "settings.yaml", "-d", "other.yaml"),
        ("-d", "settings.yaml", "-d", "conflict.yaml"),
        ("-d", "settings.yaml", "-d", "settings.json"),
        ("-d", "settings.yaml", "-d", "settings.yaml"),
        ("-d", "a.b:settings.yaml"),
        ("-d", "nested.deep:data/nested/deep/values.yml"),
        ("-d", "data/nested"),
        ("-d", "missing.yaml"),
        ("-d", "data/notes.txt"),
        ("-d", "data/policy.rego"),
        (),
    ):
        for policy, name in (
            ("data", "service.yaml"),
            ("data", "deployment.yaml"),
            ("with", "service.yaml"),
        ):
            yield make.test("data", policy, (name,), *flags, more=every_file)
    for name, text in ODD.items():
        if name.endswith((".yaml", ".json")) and name not in ("numbers.yaml", "numbers.json"):
            yield make.test(
                "data", "data-dump", ("service.yaml",), "-d", f"at:{name}", more={name: text}
            )


def _combined(make: _Maker) -> Iterator[Case]:
    sets = (
        ("deployment.yaml", "service.yaml"),
        ("service.yaml", "deployment.yaml", "plain.yaml"),
        ("crlf.yaml", "documents.json", "trailing.yaml", "scalar.yaml"),
        ("list-empty.yaml",),
        ("list-nested.yaml", "empties.yaml", "settings.toml"),
        ("numbers.yaml",),
    )
    for policy, inputs in itertools.product(
        (
            "combine-services",
            "combine-duplicates",
            "combine-either",
            "whole-metadata",
            "exception-all",
        ),
        sets,
    ):
        yield make.test("combine", policy, inputs, "--combine")
        yield make.test("combine", policy, inputs, "--combine", "-o", "json")
    for policy in ("file-info", "many-namespaces", "dup-bodies", "print", "odd-object-no-msg"):
        yield make.test("combine", policy, sets[0], "--combine", "--all-namespaces")


def _namespaces(make: _Maker) -> Iterator[Case]:
    for flags in (
        (),
        ("--all-namespaces",),
        ("-n", "main"),
        ("-n", "main.gke"),
        ("-n", "other,main"),
        ("-n", "other", "-n", "main.gke"),
        ("-n", "main", "-n", "main"),
        ("-n", "*"),
        ("-n", "main*"),
        ("-n", "main.*"),
        ("-n", "?ther"),
        ("-n", "[mo]*"),
        ("-n", "[^m]*"),
        ("-n", "docker.*", "-n", "other"),
        ("-n", "["),
        ("-n", "data.main"),
        ("-n", ""),
        ("-n", "MAIN"),
        ("-n", "helpers"),
        ("-n", "main", "--all-namespaces"),
        ("-n", "notpresent"),
    ):
        for inputs in (("service.yaml",), ("service.yaml", "deployment.yaml")):
            yield make.test("namespaces", "many-namespaces", inputs, *flags)
        yield make.test("namespaces", "many-namespaces", ("service.yaml",), *flags, "-o", "json")


def _verified(make: _Maker) -> Iterator[Case]:
    settings = {"settings.yaml": "settings: {limit: 3}\n"}
    for policy in (name for name in make.policies if name.startswith("verify-")):
        for flags in (
            (),
            *(("-o", form) for form in FORMATS),
            ("--quiet",),
            ("-d", "settings.yaml"),
            ("-n", "lib_test"),
            ("-n", "*_test"),
            ("-n", "nothing"),
            ("--strict",),
            ("--show-builtin-errors",),
            ("--data", "missing.yaml"),
            ("some.yaml",),
            ("-o", "junit", "--junit-hide-message"),
            ("-o", "github", "--github-hide-passed"),
            ("-o", "json", "--report", "full"),
            ("--report", "nonsense"),
        ):
            words = ("verify", *flags, COLOURLESS)
            yield Case(
                f"verify: {policy} {' '.join(flags)}", words, {**make.policies[policy], **settings}
            )
    for policy in ("labels", "v0-labels", "bad-parse", "images", "odd-empty-package"):
        yield Case(f"verify: {policy}", ("verify", COLOURLESS), make.policies[policy])


def _elsewhere(make: _Maker) -> Iterator[Case]:
    """Where inputs, policies and settings come from."""
    tree = {f"deploy/{name}": text for name, text in MANIFESTS.items()}
    tree |= {
        "deploy/a/x.json": ODD["documents.json"],
        "deploy/notes.txt": "x",
        "deploy/.hidden.yaml": "kind: H",
    }
    for flags in (
        (),
        ("--ignore", "service"),
        ("--ignore", r"a/.*\.json$"),
        ("--ignore", "("),
        ("--ignore", "deploy"),
        ("--ignore", r"^(deploy/)?[a-m]"),
        ("--combine",),
        ("-o", "json"),
        ("-o", "tap"),
        ("-o", "junit"),
        ("-o", "github"),
        ("-o", "sarif"),
        ("-o", "table"),
    ):
        # Because conftest sorts what is combined unstably, a policy must not tell the order.
        for policy in ("images", "combine-duplicates" if "--combine" in flags else "whole-input"):
            yield make.test("tree", policy, ("deploy",), *flags, more=tree)
    one = {"service.yaml": MANIFESTS["service.yaml"]}
    for words in (
        (),
        ("",),
        ("", "service.yaml"),
        ("missing.yaml",),
        ("service.yaml", "service.yaml"),
        ("./service.yaml", "service.yaml"),
        ("service.yaml", "--ignore", "service"),
        ("service.yaml", "-p", "nowhere"),
        ("service.yaml", "-p", "empty"),
        ("service.yaml", "-p", "policy/main.rego"),
        ("service.yaml", "-p", "policy", "-p", "policy"),
        ("service.yaml", "-p", "policy,second"),
        ("service.yaml", "-p", "service.yaml"),
        ("service.yaml", "--nonsense"),
        ("service.yaml", "--output"),
        ("service.yaml", "--combine=false"),
        ("service.yaml", "--combine=true"),
        ("service.yaml", "--combine=maybe"),
        ("service.yaml", "--fail-on-warn=1"),
        ("service.yaml", "-o=json"),
        ("service.yaml", "-ojson"),
        ("service.yaml", "--output=json", "-otap"),
        ("-p", "policy", "--", "service.yaml"),
        ("service.yaml", "--no-fail", "--no-fail=false"),
        ("empty",),
        ("second",),
        ("service.yaml", "--capabilities", "missing.json"),
        ("service.yaml", "--capabilities", "few.json"),
    ):
        more = one | {
            "empty/nothing.txt": "",
            "second/more.rego": 'package main\n\nwarn contains "second"\n',
            "few.json": json.dumps(
                {
                    "builtins": [
                        {
                            "name": "eq",
                            "decl": {
                                "args": [{"type": "any"}, {"type": "any"}],
                                "result": {"type": "boolean"},
                                "type": "function",
                            },
                            "infix": "=",
                        }
                    ]
                }
            ),
        }
        for policy in ("labels",):
            yield make.test("words", policy, words, more=more)
    settings = {
        "conftest.toml": 'namespace = "other"\nfail-on-warn = true\n',
        "conftest.yaml": "namespace: [main, main.gke]\noutput: json\n",
        "conftest.json": '{"all-namespaces": true, "quiet": false}',
        "named.toml": 'policy = "policy/other.rego"\nnamespace = ["other"]\n',
        "broken.toml": "namespace = \n",
    }
    for name, text in settings.items():
        for flags in ((), ("-n", "main"), ("-c", name)):
            case = make.test(
                "settings", "many-namespaces", ("service.yaml",), *flags, more=one | {name: text}
            )
            yield Case(f"{case.name} [{name}]", case.words, case.files)
    for variables in (
        {"CONFTEST_NAMESPACE": "other"},
        {"CONFTEST_NAMESPACE": "other,main"},
        {"CONFTEST_OUTPUT": "json", "CONFTEST_ALL_NAMESPACES": "true"},
        {"CONFTEST_FAIL_ON_WARN": "true", "CONFTEST_NO_COLOR": "false"},
        {"CONFTEST_POLICY": "policy/other.rego"},
        {"CONFTEST_COMBINE": "maybe"},
    ):
        for flags in ((), ("-n", "main.gke")):
            case = make.test("settings", "many-namespaces", ("service.yaml",), *flags)
            name = f"{case.name} {' '.join(f'{k}={v}' for k, v in variables.items())}"
            yield Case(name, case.words, case.files, "", variables)
    for text in (MANIFESTS["service.yaml"], ODD["crlf.yaml"], "", "a: [", ODD["documents.json"]):
        for inputs in (
            ("-",),
            ("-", "--stdin-filename", "named.yaml"),
            ("-", "--parser", "json"),
            ("-", "--combine"),
            ("-", "service.yaml"),
        ):
            case = make.test("stdin", "whole-input", inputs, more=one, stdin=text)
            yield Case(f"{case.name} {text[:12]!r}", case.words, case.files, text)
