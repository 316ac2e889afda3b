"""Times in text, by layouts as Go's package `time` has them: `2006-01-02T15:04:05Z07:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from modelyard.rego.builtins import BuiltinError

LAYOUTS = {
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_TOKEN = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm"
    r"|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?![0-9])"
)
_SECOND = 10**9


@lru_cache(maxsize=64)
def _tokens(layout: str) -> list[tuple[str, str]]:
    """The parts of a layout: literal text, and what stands behind it."""
    found, at = [], 0
    for match in _TOKEN.finditer(layout):
        found.append((layout[at : match.start()], match[0]))
        at = match.end()
    return [*found, (layout[at:], "")]


def is_leap(year: int) -> bool:
    """Whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(month: int, year: int) -> int:
    """How many days a month has."""
    return (
        29
        if month == 2 and is_leap(year)
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )


def days_of(year: int, month: int, day: int) -> int:
    """The days from 1970 to a date; months and days may lie outside of theirs."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    shifted = year - (month < 3)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468 + day - 1


def date_of(days: int) -> tuple[int, int, int]:
    """The date so many days after 1970 began."""
    era, of_era = divmod(days + 719468, 146097)
    years = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return years + era * 400 + (month < 3), month, of_year - (153 * shifted + 2) // 5 + 1


def formatted(local: int, offset: int, zone: str, layout: str) -> str:
    """A time in nanoseconds, at an offset in seconds that it has already, in a layout."""
    seconds, nanos = divmod(local, _SECOND)
    days, of_day = divmod(seconds, 86400)
    year, month, day = date_of(days)
    hour, minute, second = of_day // 3600, of_day // 60 % 60, of_day % 60
    weekday = DAYS[(days + 4) % 7]
    of_year = days - days_of(year, 1, 1) + 1
    half = ("AM", "PM")[hour >= 12]
    simple = {
        "January": MONTHS[month - 1],
        "Jan": MONTHS[month - 1][:3],
        "1": str(month),
        "01": f"{month:02}",
        "Monday": weekday,
        "Mon": weekday[:3],
        "2": str(day),
        "_2": f"{day:2}",
        "02": f"{day:02}",
        "__2": f"{of_year:3}",
        "002": f"{of_year:03}",
        "15": f"{hour:02}",
        "3": str(hour % 12 or 12),
        "03": f"{hour % 12 or 12:02}",
        "4": str(minute),
        "04": f"{minute:02}",
        "5": str(second),
        "05": f"{second:02}",
        "2006": f"{year:04}",
        "06": f"{year % 100:02}",
        "PM": half,
        "pm": half.lower(),
        "MST": zone,
        "": "",
    }
    made = []
    for prefix, mark in _tokens(layout):
        made.append(prefix)
        if mark in simple:
            made.append(simple[mark])
        elif mark[0] in ".,":
            made.append(_fraction(nanos, mark))
        else:
            made.append(_offset(offset, mark))
    return "".join(made)


def _fraction(nanos: int, mark: str) -> str:
    digits = f"{nanos:09}"[: len(mark) - 1].ljust(len(mark) - 1, "0")
    if mark[1] == "9":
        digits = f"{nanos:09}"[: len(mark) - 1].rstrip("0")
        return mark[0] + digits if digits else ""
    return mark[0] + (digits if len(mark) <= 10 else f"{nanos:09}")


def _offset(offset: int, mark: str) -> str:
    if offset == 0 and mark[0] == "Z":
        return "Z"
    minutes = int(offset / 60)
    sign = "-" if minutes < 0 else "+"
    minutes, seconds = abs(minutes), abs(offset) % 60
    colon = ":" if ":" in mark else ""
    parts = [f"{minutes // 60:02}", f"{minutes % 60:02}", f"{seconds:02}"]
    return sign + colon.join(parts[: len(mark.replace(":", "")) // 2])


class _Bad(Exception):  # noqa: N818 - it is what the text is
    """A part of a text that a layout does not have there. The text says what is out of range."""


def quote(text: str) -> str:
    """A text in quotes, as Go's package `time` has it."""
    made = []
    for char in text:
        if " " <= char < "\x80":
            made.append("\\" + char if char in '"\\' else char)
        else:
            made.extend(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
    return f'"{"".join(made)}"'


@dataclass
class _Parsed:
    """What a text said of a time."""

    rest: str
    fields: dict[str, int] = field(default_factory=dict)
    half: str = ""
    offset: int | None = None

    def number(self, name: str, low: int, high: int, fixed: bool, width: int = 2) -> None:
        """Take a number of one or two digits."""
        match = re.match(f"[0-9]{{1,{width}}}", self.rest)
        if match is None or (fixed and len(match[0]) < width):
            raise _Bad
        self.rest = self.rest[match.end() :]
        self.fields[name] = int(match[0])
        if not low <= int(match[0]) <= high:
            raise _Bad(name)

    def name(self, names: tuple[str, ...]) -> int:
        """Take a name, whatever its letters' case."""
        for at, name in enumerate(names):
            if self.rest[: len(name)].lower() == name.lower():
                self.rest = self.rest[len(name) :]
                return at + 1
        raise _Bad

    def fraction(self, length: int) -> None:
        """Take a fraction of a second with its point."""
        taken, self.rest = self.rest[:length], self.rest[length:]
        digits = taken[1:10]
        if taken[:1] not in (".", ",") or not digits.isascii() or not digits.isdigit():
            raise _Bad
        self.fields["nanos"] = int(digits.ljust(9, "0"))


def parsed(layout: str, text: str) -> int:
    """The nanoseconds since 1970 of a time in a layout; without a zone it is in UTC."""
    found = _Parsed(text)
    tokens = _tokens(layout)
    for at, (prefix, mark) in enumerate(tokens):
        _skip(found, prefix, layout, text)
        before = found.rest
        try:
            if not mark:
                if before:
                    raise BuiltinError(f"parsing time {quote(text)}: extra text: {quote(before)}")
                break
            following = tokens[at + 1][1]
            _take(found, mark, following)
        except _Bad as error:
            if error.args:
                raise BuiltinError(f"parsing time {quote(text)}: {error} out of range") from None
            raise _mismatch(layout, text, before, mark) from None
    return _nanos(found, text)


def _mismatch(layout: str, text: str, part: str, mark: str) -> BuiltinError:
    return BuiltinError(
        f"parsing time {quote(text)} as {quote(layout)}:"
        f" cannot parse {quote(part)} as {quote(mark)}"
    )


def _skip(found: _Parsed, prefix: str, layout: str, text: str) -> None:
    """Take what a layout has literally; a space is any number of them."""
    wanted = prefix
    while wanted:
        if wanted[0] == " ":
            if found.rest and found.rest[0] != " ":
                raise _mismatch(layout, text, found.rest, prefix)
            wanted, found.rest = wanted.lstrip(" "), found.rest.lstrip(" ")
            continue
        if found.rest[:1] != wanted[0]:
            raise _mismatch(layout, text, found.rest, prefix)
        wanted, found.rest = wanted[1:], found.rest[1:]


_SHORT_MONTHS = tuple(name[:3] for name in MONTHS)
_SHORT_DAYS = tuple(name[:3] for name in DAYS)
_NUMBERS = {
    "1": ("month", 1, 12),
    "01": ("month", 1, 12),
    "2": ("day", 0, 99),
    "_2": ("day", 0, 99),
    "02": ("day", 0, 99),
    "15": ("hour", 0, 23),
    "3": ("hour", 0, 12),
    "03": ("hour", 0, 12),
    "4": ("minute", 0, 59),
    "04": ("minute", 0, 59),
    "5": ("second", 0, 59),
    "05": ("second", 0, 59),
}


def _take(found: _Parsed, mark: str, following: str) -> None:
    """Take what a mark of a layout stands for."""
    if mark in _NUMBERS:
        if mark == "_2":
            found.rest = found.rest.removeprefix(" ")
        name, low, high = _NUMBERS[mark]
        found.number(name, low, high, fixed=mark[0] == "0")
        fraction = re.match("[.,][0-9]+", found.rest)
        if name == "second" and fraction and following[:1] not in (".", ","):
            found.fraction(fraction.end())
    elif mark == "2006" or mark == "06":
        _take_year(found, len(mark))
    elif mark in ("January", "Jan"):
        found.fields["month"] = found.name(MONTHS if mark == "January" else _SHORT_MONTHS)
    elif mark in ("Monday", "Mon"):
        found.name(DAYS if mark == "Monday" else _SHORT_DAYS)
    elif mark in ("__2", "002"):
        if mark == "__2":
            found.rest = re.sub("^ {0,2}", "", found.rest)
        found.number("of_year", 0, 999, fixed=mark == "002", width=3)
    elif mark in ("PM", "pm"):
        half, found.rest = found.rest[:2], found.rest[2:]
        if half not in ("AM", "PM") if mark == "PM" else half not in ("am", "pm"):
            raise _Bad
        found.half = half.upper()
    elif mark == "MST":
        _take_zone(found)
    elif mark[0] in ".,":
        if mark[1] == "0":
            if len(found.rest) < len(mark):
                raise _Bad
            found.fraction(len(mark))
        elif fraction := re.match("[.,][0-9]+", found.rest):
            found.fraction(fraction.end())
    else:
        _take_offset(found, mark)


def _take_year(found: _Parsed, width: int) -> None:
    digits, found.rest = found.rest[:width], found.rest[width:]
    if not re.fullmatch("[+-]?[0-9]+" if width == 2 else "[0-9]+", digits) or len(digits) < width:
        raise _Bad
    year = int(digits)
    if width == 2:
        year += 1900 if year >= 69 else 2000
    found.fields["year"] = year


def _take_zone(found: _Parsed) -> None:
    """Take an abbreviation. Nobody knows its offset, but for UTC and `GMT+1`."""
    match = re.match(
        r"UTC|ChST|MeST|GMT(?P<hours>[+-](?:[01]?[0-9]|2[0-3])(?![0-9]))?|[+-]0*(?:1?[0-9]|2[0-3])(?![0-9])"
        r"|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z])",
        found.rest,
    )
    if match is None:
        raise _Bad
    found.rest = found.rest[match.end() :]
    if match[0] == "UTC":
        found.offset = 0
    elif found.offset is None and match["hours"]:
        found.offset = int(match["hours"]) * 3600


def _take_offset(found: _Parsed, mark: str) -> None:
    if mark[0] == "Z" and found.rest[:1] == "Z":
        found.rest, found.offset = found.rest[1:], 0
        return
    width = len(mark)
    taken = found.rest[:width]
    found.rest = found.rest[width:]
    if not re.fullmatch(mark.replace("07", "[+-]00", 1).lstrip("-Z").replace("0", "[0-9]"), taken):
        raise _Bad
    digits = taken[1:].replace(":", "")
    parts = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)] + [0, 0]
    for part, most, name in zip(parts, (24, 60, 60), ("hour", "minute", "second"), strict=False):
        if part > most:
            raise _Bad(f"time zone offset {name}")
    seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2]
    found.offset = -seconds if taken[0] == "-" else seconds


def _nanos(found: _Parsed, text: str) -> int:
    """The nanoseconds of what a text said."""

    def wrong(what: str) -> BuiltinError:
        return BuiltinError(f"parsing time {quote(text)}: {what}")

    get = found.fields.get
    year, month, day, hour = get("year", 0), get("month"), get("day"), get("hour", 0)
    if found.half == "PM" and hour < 12:
        hour += 12
    elif found.half == "AM" and hour == 12:
        hour = 0
    of_year = get("of_year")
    if of_year is not None:
        if not 1 <= of_year <= 365 + is_leap(year):
            raise wrong("day-of-year out of range")
        _, its_month, its_day = date_of(days_of(year, 1, of_year))
        if month is not None and month != its_month:
            raise wrong("day-of-year does not match month")
        if day is not None and day != its_day:
            raise wrong("day-of-year does not match day")
        month, day = its_month, its_day
    month, day = 1 if month is None else month, 1 if day is None else day
    if not 1 <= day <= days_in(month, year):
        raise wrong("day out of range")
    seconds = days_of(year, month, day) * 86400
    seconds += hour * 3600 + get("minute", 0) * 60 + get("second", 0) - (found.offset or 0)
    return seconds * _SECOND + get("nanos", 0)
