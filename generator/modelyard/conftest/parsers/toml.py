"""TOML as BurntSushi's reader gives it to Open Policy Agent.

Facts: BurntSushi/toml 1.6: dates and times become texts of RFC 3339, local ones at the offset that
the machine has now. Python reads TOML 1.0 and microseconds; what 1.1 adds is refused.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.parsers import MAX_DEPTH, too_deep, whole

if TYPE_CHECKING:
    from modelyard.conftest.results import Note

LARGEST = 2**63
_DOTTED = re.compile(rb"(?:[A-Za-z0-9_-]+[ \t]*\.[ \t]*){%d}" % MAX_DEPTH)
"""A key so deep that reading it takes the square of its length."""


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The table of a text."""
    if _DOTTED.search(content):
        raise too_deep()
    try:
        return _plain(tomllib.loads(content.removeprefix(b"\xef\xbb\xbf").decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Stopped(str(error)) from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return _moment(value)
    if isinstance(value, float):
        return whole(value)
    if type(value) is int and not -LARGEST <= value < LARGEST:
        raise Stopped(f"the number {str(value)[:40]} does not fit into 64 bits")
    return value


def _moment(value: datetime | date | time) -> str:
    if isinstance(value, time):
        day, clock = "0000-01-01", value
    elif isinstance(value, datetime):
        day, clock = value.date().isoformat(), value.time()
    else:
        day, clock = value.isoformat(), time()
    offset = value.utcoffset() if isinstance(value, datetime) else None
    if offset is None:
        offset = _here()
    fraction = f".{clock.microsecond:06d}".rstrip("0") if clock.microsecond else ""
    zone = "Z" if not offset else timezone(offset).tzname(None).removeprefix("UTC")
    return f"{day}T{clock.replace(microsecond=0).isoformat()}{fraction}{zone}"


def _here() -> timedelta:
    return datetime.now().astimezone().utcoffset() or timedelta()
