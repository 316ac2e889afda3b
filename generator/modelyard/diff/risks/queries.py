"""Two versions of an alert's query: does the second fire later, earlier, or about something else?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from modelyard.check.promql import Binary, PromqlError, constant, is_scalar, read
from modelyard.words import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.promql import Node

Direction = Literal["looser", "tighter", "other"]
Moved = tuple[Direction, str]


def threshold(before: str, after: str) -> tuple[Direction, str]:
    """Whether a query fires for less or for more than another, and how that is said."""
    try:
        moves = list(_moves(read(before), read(after)))
    except PromqlError:
        return "other", "asks something else"
    if any(direction == "other" for direction, _ in moves) or not moves:
        return "other", "asks something else"
    directions = {direction for direction, _ in moves}
    words = ", ".join(words for _, words in moves)
    if directions == {"tighter"}:
        return "tighter", f"fires earlier: {words}"
    if directions == {"looser"}:
        return "looser", f"fires later: {words}"
    return "other", f"fires at other values: {words}"


def _moves(before: Node, after: Node) -> Iterator[Moved]:
    """Every place in which two queries differ."""
    if before == after:
        return
    if not (isinstance(before, Binary) and isinstance(after, Binary) and _alike(before, after)):
        yield "other", ""
    elif before.compares and is_scalar(before.right) and is_scalar(after.right):
        yield from _moves(before.left, after.left)
        yield from _bound(before.op, before.right, after.right)
    elif before.compares and is_scalar(before.left) and is_scalar(after.left):
        yield from _moves(before.right, after.right)
        yield from _bound(_FLIPPED.get(before.op, before.op), before.left, after.left)
    elif before.op in ("and", "or"):
        yield from _moves(before.left, after.left)
        yield from _moves(before.right, after.right)
    else:
        yield "other", ""


_FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def _bound(op: str, before: Node, after: Node) -> Iterator[Moved]:
    """The number that something is compared with."""
    then, now = constant(before), constant(after)
    if then == now:
        return
    if then is None or now is None or op not in _FLIPPED:
        yield "other", ""
        return
    looser = now > then if op in (">", ">=") else now < then
    words = f"`{op} {plain_number(then)}` → `{op} {plain_number(now)}`"
    yield ("looser" if looser else "tighter"), words


def _alike(before: Binary, after: Binary) -> bool:
    """Whether two operations are the same, but for their sides."""
    return replace(before, left=after.left, right=after.right) == after
