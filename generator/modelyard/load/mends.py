"""Which mistakes in a spec have one certain mend: what was meant is sure, and only its spelling wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.findings import Fix
from modelyard.load.scalars import meant_bool, meant_int
from modelyard.load.suggest import surely
from modelyard.spec.values import Ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.findings import Route
    from modelyard.load.document import Document


def of_key(
    document: Document, route: Route, fields: Iterable[str], elsewhere: Iterable[str]
) -> Fix | None:
    """A misspelt key; `elsewhere` are the keys of other places, which may have been meant there."""
    key, beside = str(route[-1]), document.at(route[:-1])
    near = surely(key, fields)
    if near is None or near in beside or key in elsewhere:
        return None
    return Fix(rename=((route, near),))


def of_value(
    error: str, route: Route, value: Any, written: str, context: Mapping[str, Any]
) -> Fix | None:
    """A misspelt value: pydantic's error about it, and its text as it was written."""
    if context.get("meant"):
        return Fix(put=((route, context["meant"]),))
    if _is_quotable(error, value, context):
        return Fix(quote=(route,))
    new = _meant(error, value, written, context)
    return Fix(put=((route, new),)) if new is not None else None


def _is_quotable(error: str, value: Any, context: Mapping[str, Any]) -> bool:
    """Whether a number or a truth value only lacks its quotes."""
    if not isinstance(value, int | float):
        return False
    return error == "string_type" or str(context.get("help", "")).startswith("quote it")


def _meant(error: str, value: Any, written: str, context: Mapping[str, Any]) -> Any:
    """The value that was meant, or nothing."""
    if error == "literal_error":
        return _word(value, str(context["expected"]))
    if error == "bool_type" and isinstance(value, str):
        return meant_bool(value)
    if error in ("int_type", "int_from_float") and isinstance(value, str | float):
        return meant_int(written if isinstance(value, float) else value)
    if error == "float_type" and isinstance(value, str):
        return _number(value.strip())
    if error in ("tuple_type", "list_type"):
        is_one = isinstance(value, str) and re.fullmatch(r"\S+", value)
        return [value] if is_one else None
    return None


def _word(value: Any, expected: str) -> Any:
    if expected == "True":
        return meant_bool(value) or None if isinstance(value, str) else None
    words = re.findall(r"'([^']*)'", expected)
    return surely(value, words) if isinstance(value, str) else None


def _number(text: str) -> float | None:
    if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
        return float(text) if "." in text else int(text)
    if text.endswith("%") and Ratio.takes(text):
        return float(Ratio.read(text).fraction)
    return None
