"""What pydantic knows of our types, as plain data that can be kept between runs.

Because importing pydantic takes longer than everything else that one changed model needs, a run
that changes little reads values by these shapes. They accept only what pydantic would accept and
give the same values; whatever they are not sure of, pydantic decides, and it alone says what is
wrong. A property-based test holds the two equal.
"""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelyard.spec import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

Shape = tuple[Any, ...]
"""A word for the kind of value, then its particulars."""

Fields = tuple[tuple[str, str, Shape, bool, Any], ...]
"""Of a type, for each field: its key, its attribute, its shape, whether it is required, default."""


class Unsure(Exception):  # noqa: N818 - never leaves this package
    """Only pydantic can tell."""


class Shapes:
    """Reads values by shapes; `fields` are those of every type, by name."""

    def __init__(self, fields: Mapping[str, Fields]) -> None:
        self.fields = fields

    def read(self, name: str, value: Any, *, partial: bool = False) -> Any:
        """The value as an object with the type's attributes; raises `Unsure`."""
        return self._model(name, value, partial)

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a type, as they are written."""
        return tuple(key for key, *_ in self.fields[name])

    def at(self, name: str, route: tuple[str, ...]) -> Shape | None:
        """The shape of the value at a route of a type; `None` where no key leads on."""
        found: Shape = ("model", name)
        for step in route:
            found = found[1] if found[0] == "optional" else found
            if found[0] == "mapping":
                found = found[2]
                continue
            fields = self.fields[found[1]] if found[0] == "model" else ()
            inner = next((shape for key, _, shape, *_ in fields if key == step), None)
            if inner is None:
                return None
            found = inner
        return found[1] if found[0] == "optional" else found

    def takes(self, shape: Shape, value: Any) -> bool:
        """Whether a value has a shape."""
        try:
            self._value(shape, value, partial=False)
        except Unsure:
            return False
        return True

    def _model(self, name: str, value: Any, partial: bool) -> Any:
        if type(value) is not dict:
            raise Unsure
        found = SimpleNamespace()
        known = 0
        for key, attribute, shape, required, default in self.fields[name]:
            if key in value:
                setattr(found, attribute, self._value(shape, value[key], partial))
                known += 1
            elif required and not partial:
                raise Unsure
            else:
                setattr(found, attribute, default)
        if known != len(value):
            raise Unsure
        return found

    def _value(self, shape: Shape, value: Any, partial: bool) -> Any:
        kind = shape[0]
        if kind == "optional":
            return None if value is None else self._value(shape[1], value, partial)
        if kind == "model":
            return self._model(shape[1], value, partial)
        if kind == "text":
            return self._text(shape[1], value)
        if kind == "list":
            return self._list(shape, value, partial)
        if kind == "mapping":
            return self._mapping(shape, value, partial)
        if kind == "literal":
            return self._literal(shape[1], value)
        if kind == "either":
            return self._either(shape[1], value, partial)
        return self._plain(shape, value)

    def _text(self, name: str, value: Any) -> Any:
        try:
            return getattr(values, name).read(value)
        except values.Wrong:
            raise Unsure from None

    def _list(self, shape: Shape, value: Any, partial: bool) -> Any:
        _, item, least = shape
        if type(value) is not list or len(value) < least:
            raise Unsure
        return tuple(self._value(item, each, partial) for each in value)

    def _mapping(self, shape: Shape, value: Any, partial: bool) -> Any:
        _, key, item, least = shape
        if type(value) is not dict or len(value) < least:
            raise Unsure
        return {
            self._value(key, name, partial): self._value(item, each, partial)
            for name, each in value.items()
        }

    def _literal(self, allowed: tuple[Any, ...], value: Any) -> Any:
        for word in allowed:
            if type(value) is type(word) and value == word:
                return word
        raise Unsure

    def _either(self, shapes: tuple[Shape, ...], value: Any, partial: bool) -> Any:
        for shape in shapes:
            try:
                return self._value(shape, value, partial)
            except Unsure:
                continue
        raise Unsure

    def _plain(self, shape: Shape, value: Any) -> Any:
        kind, limits = shape
        if kind == "any":
            return value
        right = type(value) is _TYPES[kind]
        if kind == "float" and type(value) is int:  # as pydantic does, even when strict
            right, value = True, float(value)
        if not right or not _within(limits, value):
            raise Unsure
        return value


_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


def _within(limits: tuple[tuple[str, Any], ...], value: Any) -> bool:
    return all(_HOLDS[name](value, limit) for name, limit in limits)


_HOLDS: dict[str, Any] = {
    "ge": lambda value, limit: value >= limit,
    "gt": lambda value, limit: value > limit,
    "le": lambda value, limit: value <= limit,
    "lt": lambda value, limit: value < limit,
    "min_length": lambda value, limit: len(value) >= limit,
    "max_length": lambda value, limit: len(value) <= limit,
    "pattern": lambda value, limit: (
        re.search(limit, value) is not None and not value.endswith("\n")
    ),
}


_known: Shapes | None = None


def known() -> Shapes | None:
    """The shapes that this run reads by; `None` where pydantic reads everything."""
    return _known


def use(fields: Mapping[str, Fields] | None) -> None:
    """Read by these shapes from now on, or by pydantic."""
    global _known
    _known = Shapes(fields) if fields else None


def every() -> Shapes:
    """The shapes of every type, derived where this run does not know them."""
    return _known or _derived()


@cache
def _derived() -> Shapes:
    return Shapes(derive())


def derive() -> dict[str, Fields]:
    """The fields of every type, from pydantic's own description of them."""
    from modelyard.spec.kinds import ALL

    found: dict[str, Fields] = {}
    todo = [kind.type for kind in ALL]
    while todo:
        model = todo.pop()
        name = _name(model)
        if name not in found:
            found[name] = tuple(
                (
                    field.alias or attribute,
                    attribute,
                    _shape(field.annotation, field.metadata, todo),
                    field.is_required(),
                    None if field.is_required() else field.get_default(call_default_factory=True),
                )
                for attribute, field in model.model_fields.items()
            )
    return found


def _name(model: type[BaseModel]) -> str:
    """Names repeat from module to module; `metadata` is everywhere."""
    return f"{model.__module__.rpartition('.')[2]}.{model.__name__}"


def _shape(annotation: Any, metadata: Any, todo: list[type[BaseModel]]) -> Shape:
    from types import NoneType, UnionType
    from typing import Annotated, Literal, Union, get_args, get_origin

    from pydantic import BaseModel

    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], _limits(arguments[1:]), todo)
    if origin in (Union, UnionType):
        inner = [_shape(part, metadata, todo) for part in arguments if part is not NoneType]
        one = inner[0] if len(inner) == 1 else ("either", tuple(inner))
        return ("optional", one) if NoneType in arguments else one
    if origin is Literal:
        return ("literal", arguments)
    limits = dict(_limits(metadata))
    if origin is tuple:
        return ("list", _shape(arguments[0], (), todo), limits.get("min_length", 0))
    if origin is dict:
        key, item = (_shape(part, (), todo) for part in arguments)
        return ("mapping", key, item, limits.get("min_length", 0))
    if isinstance(annotation, type) and issubclass(annotation, values.Text):
        return ("text", annotation.__name__)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        todo.append(annotation)
        return ("model", _name(annotation))
    return (_word(annotation), tuple(limits.items()))


def _word(annotation: Any) -> str:
    for word, kind in _TYPES.items():
        if annotation is kind:
            return word
    if annotation is Any:
        return "any"
    raise TypeError(f"no shape for {annotation}")


def _limits(metadata: Any) -> tuple[tuple[str, Any], ...]:
    """Bounds as names and numbers, out of the many forms in which pydantic keeps them."""
    found: dict[str, Any] = {}
    for part in metadata:
        if isinstance(part, tuple):
            found[part[0]] = part[1]
            continue
        for inner in getattr(part, "metadata", ()) or (part,):
            found |= {
                name: getattr(inner, name)
                for name in _HOLDS
                if getattr(inner, name, None) is not None
            }
    return tuple(found.items())
