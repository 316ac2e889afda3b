"""Objects against the schemas of their kinds: strictly, and with words a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from modelyard.check import mends
from modelyard.check.definitions import own
from modelyard.check.known import NAMES
from modelyard.findings import Fix, Route, at, cut, dotted
from modelyard.load.document import MAX_MISTAKES
from modelyard.load.suggest import did_you_mean, nearest
from modelyard.secrecy import hidden, keeps_secret
from modelyard.words import said, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.definitions import Definitions, Schema
    from modelyard.findings import Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an object, by its route in it."""

    rule: str
    route: Route
    message: str
    help: str = ""
    of_key: bool = False
    """Whether the key is wrong, and not its value."""
    within: int = 0
    """The line of the text at `route`, from 1; 0 for all of it."""
    fix: Fix | None = None
    because_of: tuple[str, str, str] | None = None
    """Kind, namespace and name of another object that may be the one to mend."""
    severity: Severity = "error"


MANY = 2_000
"""Kinds in one run, beyond which no suggestions are made."""


@dataclass(frozen=True, slots=True)
class _Kind:
    schema: Schema
    validator: Any


@cache
def _of_ours(api_version: str, kind: str) -> _Kind:
    """A custom resource of which we have a schema, which is the same in every environment."""
    schema = own(api_version, kind)
    assert schema is not None
    return _Kind(schema, _validator(schema))


def _validator(schema: Schema) -> Any:
    return jsonschema_rs.Draft202012Validator(schema, mask="the value")


class Validators:
    """The compiled schemas of one environment, each compiled when it is first needed."""

    def __init__(self, definitions: Definitions, *, lenient: bool = False) -> None:
        """`lenient` says that kinds may be there of which nobody gave a definition."""
        self.definitions = definitions
        self.lenient = lenient
        self._kinds: dict[tuple[str, str], _Kind | None] = {}

    def problems(self, value: Any) -> Iterator[Problem]:
        """What is wrong with an object."""
        identity = _identity(value)
        if isinstance(identity, Problem):
            yield identity
            return
        if identity not in self._kinds:
            self._kinds[identity] = self._compiled(*identity)
        kind = self._kinds[identity]
        if kind is None:
            yield self._unknown(*identity, value)
        elif not kind.validator.is_valid(value):
            yield from _first(
                problem
                for error in kind.validator.iter_errors(value)
                for problem in _explained(error, kind.schema, value)
            )

    def _compiled(self, api_version: str, kind: str) -> _Kind | None:
        if self.definitions.is_ours(api_version, kind):
            return _of_ours(api_version, kind)
        schema = self.definitions.schema(api_version, kind)
        return _Kind(schema, _validator(schema)) if schema else None

    def _near(self, api_version: str, kind: str) -> str | None:
        """The kind that was probably meant; nobody means so many that there are none of."""
        names = {name for version, name in self.definitions.kinds if version == api_version}
        if self.lenient:
            names |= NAMES.get(api_version.rpartition("/")[0], frozenset())
        return nearest(cut(kind), names) if len(self._kinds) < MANY else None

    def _unknown(self, api_version: str, kind: str, value: dict[str, Any]) -> Problem:
        known = self.definitions.kinds
        elsewhere = " and ".join(sorted({f"`{v}`" for v, name in known if name == kind}))
        since = self.definitions.gone_since(api_version, kind)
        if since is not None:
            help_ = f"write {elsewhere}" if elsewhere else "nothing took its place"
            named = f"`{shown(kind)}` of `{shown(api_version)}`"
            message = f"Kubernetes has no {named} since {since}"
            fix = self._as_successor(value)
            return Problem("schema/removed-version", ("apiVersion",), message, help_, fix=fix)
        near = self._near(api_version, kind)
        if self.lenient and self._is_foreign(api_version, kind, near):
            return _unchecked(api_version, kind)
        if elsewhere:
            help_ = f"it is known in {elsewhere}"
        elif near is not None:
            help_ = f"did you mean `{near}`?"
        else:
            help_ = "point `spec.schemas` of modelyard.yaml at its definition"
        return Problem(
            "schema/unknown-kind",
            ("kind",),
            f"there is no schema for `{shown(kind)}` of `{shown(api_version)}`",
            help_,
        )

    def _as_successor(self, value: dict[str, Any]) -> Fix | None:
        """Another version for an object of a version that is gone, if it is sound as it stands."""
        version = mends.successor(value)
        if version is None or any(self.problems({**value, "apiVersion": version})):
            return None
        return Fix(put=((("apiVersion",), version),))

    def _is_foreign(self, api_version: str, kind: str, near: str | None) -> bool:
        """Whether others may well have defined a kind: it is well known, or nothing like it is."""
        group = api_version.rpartition("/")[0]
        names = NAMES.get(group)
        if names is not None:
            return kind in names
        return near is None and group not in self.definitions.native_groups


def _first(problems: Iterator[Problem]) -> Iterator[Problem]:
    """As many as somebody reads, because an object may have millions."""
    for number, problem in enumerate(problems):
        if number == MAX_MISTAKES:
            message = f"the object has more than {MAX_MISTAKES} mistakes"
            yield Problem("check/more", problem.route, message, "see to those before it")
            return
        yield problem


def _unchecked(api_version: str, kind: str) -> Problem:
    return Problem(
        "schema/unchecked-kind",
        ("kind",),
        f"there is no schema for `{shown(kind)}` of `{shown(api_version)}`: what its fields are called is"
        " not checked",
        "put its definition beside the manifests",
        severity="warning",
    )


def _identity(value: Any) -> tuple[str, str] | Problem:
    if not isinstance(value, dict):
        return Problem(
            "schema/not-an-object", (), f"must be a Kubernetes object, got {said(value)}"
        )
    for key in ("apiVersion", "kind"):
        if not isinstance(value.get(key), str) or not value[key]:
            return Problem(
                "schema/not-an-object",
                (key,),
                f"must be a Kubernetes object, and `{key}` is missing",
            )
    return value["apiVersion"], value["kind"]


def _route(value: Any, path: list[str | int]) -> Route:
    """A route as the object has it: the validator takes the keys `1` and `01` for numbers of items."""
    route: list[str | int] = []
    for step in path:
        if isinstance(value, dict) and isinstance(step, int):
            same = (key for key in value if key.isdecimal() and key.lstrip("0") == str(step))
            step = str(step) if str(step) in value else next(same, "")
        try:
            value = value[step]
        except (LookupError, TypeError):
            break
        route.append(step)
    return tuple(route)


def _explained(error: Any, schema: Schema, value: Any) -> Iterator[Problem]:
    route = _route(value, error.instance_path)
    name, detail = error.kind.name, error.kind.as_dict()
    found = at(value, route)
    told = hidden(found) if keeps_secret(value, route) else said(found)
    where = f"`{dotted(route)}`" if route else "the object"
    if name == "additionalProperties":
        known = at(schema, tuple(error.schema_path)[:-1]).get("properties", {})
        for key in detail["unexpected"]:
            yield Problem(
                "schema/unknown-field",
                (*route, key),
                f"{where} has no field `{shown(key)}`",
                did_you_mean(key, known, what="its fields"),
                of_key=True,
                fix=mends.of_field(value, (*route, key), known),
            )
    elif name == "required":
        key = detail["property"].strip('"')
        yield Problem(
            "schema/missing-field",
            (*route, key),
            f"{where} lacks `{key}`",
            f"add `{key}`",
            of_key=True,
        )
    elif name == "type":
        kinds = [kind for kind in detail["types"] if kind != "null"]
        yield Problem(
            "schema/type",
            route,
            f"{where} must be {_either(kinds)}, got {told}",
            _quoted(kinds, found),
            fix=mends.of_type(value, route, kinds),
        )
    elif name in ("enum", "constant"):
        allowed = detail.get("options") or [detail.get("expected_value")]
        words = [str(option) for option in allowed if option is not None]
        yield Problem(
            "schema/value",
            route,
            f"{where} must not be {told}",
            did_you_mean(str(found), words, what="allowed"),
            fix=mends.of_word(value, route, words),
        )
    elif name == "falseSchema":
        key, parent = str(route[-1]), dotted(route[:-1]) or "the object"
        yield Problem(
            "schema/unknown-field",
            route,
            f"`{key}` has no place in `{parent}` beside the other fields",
            "leave one of them out",
            of_key=True,
        )
    elif name == "pattern":
        wanted = at(schema, tuple(error.schema_path)[:-1]).get("description", "")
        yield Problem("schema/value", route, f"{where} must not be {told}", wanted)
    elif name in ("anyOf", "oneOfNotValid", "oneOf"):
        yield _of_several(route, where, told, detail)
    else:
        yield Problem("schema/value", route, f"{where}: {error.message}, got {told}")


def _of_several(route: Route, where: str, told: str, detail: dict[str, Any]) -> Problem:
    """Of several forms, none fits: the types that each wants say most."""
    wanted = [
        kind
        for branch in detail.get("context", ())
        for error in branch
        if error.kind.name == "type"
        for kind in error.kind.as_dict()["types"]
    ]
    if wanted:
        return Problem(
            "schema/type",
            route,
            f"{where} must be {_either(sorted(set(wanted)))}, got {told}",
        )
    errors = [error for branch in detail.get("context", ()) for error in branch]
    lacking = [error for error in errors if error.kind.name == "required"]
    if lacking and len(lacking) == len(errors) == len(detail["context"]):
        names = (error.kind.as_dict()["property"].strip('"') for error in lacking)
        keys = ", ".join(f"`{name}`" for name in names)
        message = f"{where} has none of the allowed forms"
        return Problem("schema/value", route, message, f"one of {keys} is needed")
    reasons = [str(error.message) for error in errors]
    return Problem(
        "schema/value",
        route,
        f"{where} has none of the allowed forms",
        "; ".join(dict.fromkeys(reasons)),
    )


_NAMES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "`true` or `false`",
    "object": "a mapping", "array": "a list",
}  # fmt: skip


def _either(kinds: list[str]) -> str:
    return " or ".join(_NAMES.get(kind, kind) for kind in kinds if kind != "null")


def _quoted(kinds: list[str], found: Any) -> str:
    if kinds == ["string"] and isinstance(found, int | float | bool):
        return "put it into quotes, as it is written"
    return ""
