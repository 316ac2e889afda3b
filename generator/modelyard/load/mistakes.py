"""What pydantic says is wrong, in words and at a place that a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from modelyard.findings import Finding, Route, dotted
from modelyard.load import mends
from modelyard.load.document import MAX_MISTAKES
from modelyard.load.scalars import meant_bool, meant_int
from modelyard.load.suggest import did_you_mean, nearest
from modelyard.secrecy import named_secret
from modelyard.spec.values import Ratio, Wrong
from modelyard.words import plain_number, said, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from modelyard.findings import Fix
    from modelyard.load.document import Document, Place


def validated(
    kind: type[BaseModel], value: Any, place: Callable[[Route], Place], *, partial: bool
) -> tuple[Any, list[Finding]]:
    """A value as a `kind`, and what is wrong with it; with `partial`, keys may be missing."""
    try:
        return kind.model_validate(value), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    if partial:
        details = [detail for detail in details if detail["type"] != "missing"]
    findings = [_finding(kind, d, place) for d in _folded(kind, details[:MAX_MISTAKES])]
    if len(details) > MAX_MISTAKES:
        findings.append(more(*place(details[MAX_MISTAKES]["loc"]), len(details) - MAX_MISTAKES))
    return None, findings


def unknown(document: Document, route: Route, fields: tuple[str, ...]) -> Finding:
    """A key of a model's spec that nobody knows there."""
    from modelyard.spec.model import Model

    return _unknown_key(document, route, fields, _homes_in(Model, document, ()))


def _unknown_key(
    document: Document, route: Route, fields: tuple[str, ...], homes: list[tuple[str, str]]
) -> Finding:
    message, help_ = _unknown(route, fields, homes)
    at = document.locate(route, key=True)
    fix = mends.of_key(document, route, fields, {name for name, _ in homes} - set(fields))
    return Finding("spec/unknown-key", message, at, route=route, help=help_, fix=fix)


def more(document: Document, route: Route, count: int) -> Finding:
    """The end of a list that nobody would read on."""
    message = f"there are {count} more mistakes here"
    at = document.locate(route)
    return Finding("spec/limit", message, at, route=route, help="see to those before it")


@dataclass(frozen=True, slots=True)
class _Mistake:
    """One of pydantic's errors, and where its value was written."""

    kind: type[BaseModel]
    detail: Mapping[str, Any]
    loc: Route
    document: Document
    route: Route

    @property
    def error(self) -> str:
        """Pydantic's word for what is wrong."""
        return str(self.detail["type"])

    @property
    def value(self) -> Any:
        """The value that is wrong."""
        return self.detail["input"]

    @property
    def context(self) -> Mapping[str, Any]:
        """What the value should have kept to."""
        return self.detail.get("ctx") or {}

    @property
    def written(self) -> str:
        """The text of a number as it was written: `1.20`, not `1.2`."""
        at = self.document.locate(self.route)
        return _plain(self.document.text).get((at.line, at.column), plain_number(self.value))

    @property
    def got(self) -> str:
        """What the value is."""
        return f"the number `{shown(self.written)}`" if _is_number(self.value) else said(self.value)

    @property
    def mend(self) -> Fix | None:
        """What certainly was meant."""
        written = self.written if isinstance(self.value, float) else ""
        return mends.of_value(self.error, self.route, self.value, written, self.context)

    @property
    def is_secret(self) -> bool:
        """Whether the value must not be repeated."""
        return any(named_secret(str(step)) for step in self.route)


def _folded(kind: type[BaseModel], details: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Errors without those that only follow from others."""
    meant = {
        (*loc[:-1], nearest(str(loc[-1]), known_keys(type_at(kind, loc[:-1]))))
        for loc in (detail["loc"] for detail in details if detail["type"] == "extra_forbidden")
    }
    around = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    told = set()
    for detail in details:
        error, loc = detail["type"], detail["loc"]
        if (error == "missing" and loc in meant) or (error == "too_short" and loc in around):
            continue
        if loc and get_origin(_annotation(kind, loc[:-1])) in (Union, UnionType):
            error, loc = "union", loc[:-1]
        if (error, loc) not in told:
            yield {**detail, "type": error, "loc": loc}
        told.add((error, loc))


def _finding(
    kind: type[BaseModel], detail: Mapping[str, Any], place: Callable[[Route], Place]
) -> Finding:
    of_key = detail["loc"][-1:] == ("[key]",)
    loc = tuple(step for step in detail["loc"] if step != "[key]")
    mistake = _Mistake(kind, detail, loc, *place(loc))
    if mistake.error == "missing":
        return _missing(mistake, place)
    document, route = mistake.document, mistake.route
    if mistake.error == "extra_forbidden":
        fields = tuple(known_keys(type_at(kind, loc[:-1])))
        homes = _homes_in(kind, document, route[: len(route) - len(loc)])
        return _unknown_key(document, route, fields, homes)
    rule, message, help_ = _words(mistake)
    what = f"key `{shown(str(route[-1]))}`" if of_key else f"`{dotted(route)}`"
    if of_key or mistake.is_secret:
        message = message.partition(", got ")[0]
    if mistake.is_secret and not of_key:
        help_ = "put it into the store, and name it under `secrets`"
    at = document.locate(route, key=of_key)
    fix = None if of_key or mistake.is_secret else mistake.mend
    return Finding(f"spec/{rule}", f"{what} {message}", at, route=route, help=help_, fix=fix)


def _missing(mistake: _Mistake, place: Callable[[Route], Place]) -> Finding:
    document, parent = place(mistake.loc[:-1])
    key = str(mistake.loc[-1])
    text = _described(mistake.kind, mistake.loc)
    if text[1:2].islower() or text[1:2] == " ":
        text = text[0].lower() + text[1:]
    return Finding(
        "spec/missing-key",
        f"key `{dotted((*parent, key))}` is missing",
        document.locate(parent, key=True),
        route=(*parent, key),
        help=f"add `{key}`{f': {text}' if text else ''}".removesuffix("."),
    )


def _words(mistake: _Mistake) -> tuple[str, str, str]:
    """Rule, message and help of an error about a value."""
    error, context = mistake.error, mistake.context
    if "help" in context:
        return error, *_of_text(mistake)
    if error == "literal_error":
        return "value", *_literal(mistake)
    if error in _TYPES:
        help_ = _typed(mistake) or _described(mistake.kind, mistake.loc)
        return "type", f"must be {_TYPES[error]}, got {mistake.got}", help_
    if error in _BOUNDS:
        limits = {k: plain_number(v) if _is_number(v) else v for k, v in context.items()}
        help_ = _share(mistake) or _described(mistake.kind, mistake.loc)
        return "value", f"{_BOUNDS[error].format(**limits)}, got {_measured(mistake)}", help_
    message = str(mistake.detail["msg"])
    return "value", f"{message[:1].lower()}{message[1:]}", _described(mistake.kind, mistake.loc)


_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "union": "text, `true` or `false`",
}

_BOUNDS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} character",
    "string_pattern_mismatch": "must match `{pattern}`",
    "too_short": "must have at least {min_length} item",
}


def _of_text(mistake: _Mistake) -> tuple[str, str]:
    """What a value with a grammar said itself; numbers are quoted as they were written."""
    message, help_ = str(mistake.context["message"]), str(mistake.context["help"])
    if not _is_number(mistake.value):
        return message, help_
    if help_.startswith("quote it"):
        help_ = f'quote it: "{mistake.written}"'
    return message.replace(f"got {said(mistake.value)}", f"got {mistake.got}"), help_


def _literal(mistake: _Mistake) -> tuple[str, str]:
    expected = str(mistake.context["expected"])
    words = re.findall(r"'([^']*)'", expected) or [expected.lower()]
    *others, last = [f"`{word}`" for word in words]
    message = f"must be {', '.join(others)}{' or ' if others else ''}{last}, got {mistake.got}"
    if words == ["true"]:
        return message, "write `true`, or leave the key out"
    near = nearest(str(mistake.value), words) if isinstance(mistake.value, str) else None
    if near is not None:
        return message, f"did you mean `{near}`?"
    if not others:
        return message, f"write {last}"
    return message, _described(mistake.kind, mistake.loc)


def _typed(mistake: _Mistake) -> str:
    """How to write a value of the wrong type."""
    error, value = mistake.error, mistake.value
    fields = known_keys(type_at(mistake.kind, mistake.loc))
    if value is None and not fields:
        return "write a value, or leave the key out"
    if error == "string_type" and isinstance(value, bool):
        return f'quote it: "{str(value).lower()}"'
    if error == "string_type" and _is_number(value):
        return f'quote it: "{mistake.written}"'
    if error == "bool_type" and isinstance(value, str) and meant_bool(value) is not None:
        return f"write `{str(meant_bool(value)).lower()}`"
    if error in ("int_type", "int_from_float"):
        meant = meant_int(mistake.written if _is_number(value) else str(value))
        return f"write `{meant}`" if meant is not None else ""
    if error == "float_type" and isinstance(value, str):
        bare = re.fullmatch(r"\s*(-?[0-9]+(\.[0-9]+)?)\s*", value)
        return f"write `{bare[1]}`" if bare else _share(mistake)
    if error in ("tuple_type", "list_type"):
        return (
            "begin each item with `- `"
            if isinstance(value, dict)
            else f"write `[{shown(str(value))}]`"
        )
    return f"write its keys below it: {', '.join(f'`{key}`' for key in fields)}" if fields else ""


def _share(mistake: _Mistake) -> str:
    """A percentage as the share that it stands for."""
    limits = [mistake.context.get(name) for name in ("lt", "le")]
    if mistake.error != "float_type" and 1 not in limits:
        return ""
    text = mistake.written if _is_number(mistake.value) else str(mistake.value)
    try:
        share = Ratio.read(text if text.endswith("%") else f"{text}%").fraction
    except Wrong:
        return ""
    return f"write `{share}`"


def _measured(mistake: _Mistake) -> str:
    """A value that is too large or too small."""
    if mistake.error == "string_too_long":
        return str(len(mistake.value))
    return "none" if mistake.error.endswith("too_short") else mistake.got


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=2)
def _plain(text: str) -> dict[tuple[int, int], str]:
    """Every plain scalar of a text, by line and column."""
    import yaml

    found = {}
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent) and not event.style:
            mark: Any = event.start_mark
            found[mark.line + 1, mark.column + 1] = str(event.value)
    return found


def _unknown(
    route: Route, fields: tuple[str, ...], homes: list[tuple[str, str]]
) -> tuple[str, str]:
    """Message and help for a key that nobody knows there."""
    key = str(route[-1])
    message = f"unknown key `{shown(key)}`" + (f" in `{dotted(route[:-1])}`" if route[1:] else "")
    elsewhere = [path for name, path in homes if name == key]
    if route[-2:-1] == (key,) and nearest(key, fields) is None:
        return (
            message,
            f"it stands in itself: take the inner `{shown(key)}:` out, and keep what is below it",
        )
    if elsewhere and nearest(key, fields, cutoff=0.8) is None:
        return message, f"it belongs in {' or '.join(f'`{path}`' for path in elsewhere[:3])}"
    return message, did_you_mean(key, fields, what="keys here")


def _described(kind: type[BaseModel], loc: Route) -> str:
    """What the key at a place, or the nearest around it, is for."""
    from modelyard.spec.schema import descriptions

    for end in range(len(loc), 0, -1):
        parent = type_at(kind, loc[: end - 1])
        if parent is not None:
            return descriptions(parent).get(str(loc[end - 1]), "")
    return ""


def known_keys(kind: type[BaseModel] | None) -> list[str]:
    """The keys of a mapping, as they are written."""
    return list(_fields(kind)) if kind else []


def type_at(kind: type[BaseModel], loc: Route) -> type[BaseModel] | None:
    """The model that stands at a place, if one does."""
    found = _annotation(kind, loc)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _annotation(kind: Any, loc: Route) -> Any:
    """The annotation of the value at a place; `None` where there is no such place."""
    found: Any = kind
    for step in loc:
        if isinstance(found, type) and issubclass(found, BaseModel):
            found = _fields(found).get(str(step))
        elif get_origin(found) is dict:
            found = get_args(found)[1]
        else:
            found = get_args(found)[0] if get_origin(found) is tuple else None
        found = _bare(found)
    return found


def _bare(annotation: Any) -> Any:
    """An annotation without bounds, and without `None` beside one other type."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    parts = [part for part in get_args(annotation) if part is not NoneType]
    alone = get_origin(annotation) in (Union, UnionType) and len(parts) == 1
    return _bare(parts[0]) if alone else annotation


@cache
def _fields(kind: type[BaseModel]) -> dict[str, Any]:
    """The annotation of each key of a model."""
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _homes_in(kind: type[BaseModel], document: Document, base: Route) -> list[tuple[str, str]]:
    """Every key that a document may have, with its path; of a model's spec, from its top."""
    from modelyard.spec.model import Deployment, Model, Spec

    if isinstance(document.value, dict) and document.value.get("kind") == "Model":
        return [
            *_homes(Model, ""),
            *_homes(Spec, "spec."),
            *_homes(Deployment, "environments.<name>."),
        ]
    return list(_homes(kind, f"{dotted(base)}." if base else ""))


@cache
def _homes(kind: type[BaseModel], prefix: str) -> tuple[tuple[str, str], ...]:
    """Every key of a type and of the types in it, shallow ones first in each mapping."""
    found = [(key, f"{prefix}{key}") for key in _fields(kind)]
    for key, annotation in _fields(kind).items():
        inner, path = _bare(annotation), f"{prefix}{key}"
        if get_origin(inner) is dict:
            inner, path = _bare(get_args(inner)[1]), f"{path}.<name>"
        elif get_origin(inner) is tuple:
            inner, path = _bare(get_args(inner)[0]), f"{path}[]"
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += _homes(inner, f"{path}.")
    return tuple(found)
