"""Times, in nanoseconds since 1970. Facts: Open Policy Agent 1.21's `topdown/time.go`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from time import time_ns
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import integer, number, string, wrong
from modelyard.rego.builtins.text import quoted
from modelyard.rego.builtins.time_text import (
    DAYS,
    LAYOUTS,
    date_of,
    days_in,
    days_of,
    formatted,
    parsed,
    quote,
)

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_SECOND = 10**9
_DAY = 86400
_INT64 = 1 << 63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_now: list[int] = []


def set_now(ns: int | None) -> None:
    """Let `time.now_ns` say this from now on; nothing lets it say the real time."""
    _now[:] = [] if ns is None else [ns]


@builtin("time.now_ns")
def now_ns() -> Value:
    """The instant of the evaluation."""
    return _now[0] if _now else time_ns()


def _in_range(ns: int) -> int:
    if not -_INT64 <= ns < _INT64:
        raise BuiltinError("time outside of valid range")
    return ns


class _Time(NamedTuple):
    """An instant, and where its clock hangs."""

    ns: int
    zone: ZoneInfo | None
    layout: str

    @property
    def offset(self) -> int:
        return _offset(self.ns // _SECOND, self.zone)

    @property
    def local(self) -> int:
        return self.ns + self.offset * _SECOND

    @property
    def name(self) -> str:
        if self.zone is None:
            return "UTC"
        found = (_EPOCH + timedelta(seconds=self.ns // _SECOND)).astimezone(self.zone).tzname()
        return found or ""


def _offset(seconds: int, zone: ZoneInfo | None) -> int:
    """How many seconds a zone is ahead of UTC."""
    if zone is None:
        return 0
    try:
        there = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    except OverflowError:
        raise BuiltinError("time outside of valid range") from None
    return int(there.total_seconds()) if there else 0


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    if name in ("", "UTC"):
        return None
    if name == "Local":
        raise BuiltinError("the time zone of the machine is not known to this engine")
    if ".." in name or name[0] in "/\\":
        raise BuiltinError("time: invalid location name")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BuiltinError(f"unknown time zone {name}") from None


def _time(value: Value) -> _Time:
    """An operand that is nanoseconds, or an array of them, a zone and a layout."""
    zone, layout, ns = None, "", value
    if type(value) is list and value:
        ns = number(value[0], 1)
        if len(value) > 1:
            zone = _zone(string(value[1], 1))
        if len(value) > 2:
            layout = string(value[2], 1)
    elif type(value) is not int and type(value) is not float:
        raise wrong(1, value, "either number (ns) or [number (ns), string (tz)]")
    if type(ns) is not int or not -_INT64 <= ns < _INT64:
        raise BuiltinError("timestamp too big")
    return _Time(ns, zone, layout)


@builtin("time.parse_ns")
def parse_ns(layout: Value, text: Value) -> Value:
    """The instant of a text in a layout."""
    found = string(layout, 1)
    return _in_range(parsed(LAYOUTS.get(found, found), string(text, 2)))


@builtin("time.parse_rfc3339_ns")
def parse_rfc3339_ns(text: Value) -> Value:
    """The instant of a text such as `2020-01-02T03:04:05Z`."""
    return _in_range(parsed(LAYOUTS["RFC3339"], string(text, 1)))


@builtin("time.format")
def format_(value: Value) -> Value:
    """The text of an instant."""
    found = _time(value)
    layout = found.layout or "RFC3339Nano"
    return formatted(found.local, found.offset, found.name, LAYOUTS.get(layout, layout))


@builtin("time.date")
def date(value: Value) -> Value:
    """The year, month and day of an instant."""
    return list(date_of(_time(value).local // _SECOND // _DAY))


def _clock(local: int) -> list[int]:
    of_day = local // _SECOND % _DAY
    return [of_day // 3600, of_day // 60 % 60, of_day % 60]


@builtin("time.clock")
def clock(value: Value) -> Value:
    """The hour, minute and second of an instant."""
    return _clock(_time(value).local)


@builtin("time.weekday")
def weekday(value: Value) -> Value:
    """The day of the week of an instant."""
    return DAYS[(_time(value).local // _SECOND // _DAY + 4) % 7]


@builtin("time.add_date")
def add_date(value: Value, years: Value, months: Value, days: Value) -> Value:
    """An instant so many years, months and days later, at the same time of the day."""
    found = _time(value)
    more = integer(years, 2), integer(months, 3), integer(days, 4)
    local = found.local
    year, month, day = date_of(local // _SECOND // _DAY)
    there = days_of(year + more[0], month + more[1], 1) + day - 1 + more[2]
    seconds = there * _DAY + local // _SECOND % _DAY
    if not -(10**11) < seconds < 10**11:
        raise BuiltinError("time outside of valid range")
    seconds -= _offset(seconds - _offset(seconds, found.zone), found.zone)
    return _in_range(seconds * _SECOND + local % _SECOND)


@builtin("time.diff")
def diff(first: Value, second: Value) -> Value:
    """The years, months, days, hours, minutes and seconds between two instants."""
    one, other = _time(first), _time(second)
    early, late = sorted((one.ns, other.ns))
    start, end = (_Time(ns, one.zone, "").local for ns in (early, late))
    from_ = [*date_of(start // _SECOND // _DAY), *_clock(start)]
    to = [*date_of(end // _SECOND // _DAY), *_clock(end)]
    found = [there - here for here, there in zip(from_, to, strict=True)]
    of_month = days_in(from_[1], from_[0])
    for at, size in ((5, 60), (4, 60), (3, 24), (2, of_month), (1, 12)):
        if found[at] < 0:
            found[at] += size
            found[at - 1] -= 1
    return found


_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6}
_UNITS |= {"s": _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND}
_MOST_DIGITS = 300
_HOURS = {"d": 24, "w": 168, "y": 8760}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_EXTENDED = re.compile(r"[-+]?(?:[0-9.]+(?:ms|us|µs|ns|[a-z]))+")
_EXTENDED_PART = re.compile(r"([0-9.]+)(ms|us|µs|ns|[a-z])")


@builtin("time.parse_duration_ns")
def parse_duration_ns(text: Value) -> Value:
    """The nanoseconds of a duration such as `1h30m`, also of days, weeks and years."""
    said = string(text, 1)
    if not said or not set("dwy") & set(said):
        return _duration(said, quote(said))
    shown = quoted(said)
    if not _EXTENDED.fullmatch(said):
        raise _invalid("invalid duration", shown)
    return _duration(_EXTENDED_PART.sub(lambda match: _in_hours(match, shown), said), shown)


def _in_hours(match: re.Match[str], shown: str) -> str:
    digits, unit = match.groups()
    if unit not in _HOURS:
        return match[0]
    if not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", digits) or len(digits) > _MOST_DIGITS:
        raise _invalid("invalid duration", shown)
    hours = float(digits) * _HOURS[unit]
    return f"{Decimal(repr(hours)):f}".removesuffix(".0") + "h"


def _invalid(what: str, shown: str) -> BuiltinError:
    return BuiltinError(f"time: {what} {shown}")


def _duration(text: str, shown: str) -> int:
    """The nanoseconds of a duration as Go has them."""
    negative = text[:1] == "-"
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    total = 0
    if not rest:
        raise _invalid("invalid duration", shown)
    while rest:
        match = _PART.match(rest)
        if match is None or not (match[1] or match[2]) or int(match[1][:30] or 0) > _INT64:
            raise _invalid("invalid duration", shown)
        if not match[3]:
            raise _invalid("missing unit in duration", shown)
        if match[3] not in _UNITS:
            raise _invalid(f"unknown unit {quote(match[3])} in duration", shown)
        unit = _UNITS[match[3]]
        total += int(match[1] or 0) * unit
        digits = (match[2] or "")[:19]
        if len(digits) == 19 and int(digits) >= _INT64:
            digits = digits[:18]
        if digits:
            total += int(float(int(digits)) * (unit / 10.0 ** len(digits)))
        if total > _INT64:
            raise _invalid("invalid duration", shown)
        rest = rest[match.end() :]
    if not negative and total >= _INT64:
        raise _invalid("invalid duration", shown)
    return -total if negative else total
