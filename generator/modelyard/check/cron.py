"""Cron schedules, as `robfig/cron` reads them for Kubernetes, Argo Workflows and KEDA.

Facts: pkg.go.dev/github.com/robfig/cron/v3 (ParseStandard), kubernetes.io, CronJob.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from modelyard.check import zones
from modelyard.spec.values import Schedule, Wrong

_DAY = 86_400
_EVERY = re.compile(r"@every (\d{1,6})(s|m|h)")
_DESCRIBED = {
    "@hourly": 3600,
    "@daily": _DAY,
    "@midnight": _DAY,
    "@weekly": 7 * _DAY,
    "@monthly": 28 * _DAY,
    "@yearly": 365 * _DAY,
    "@annually": 365 * _DAY,
}
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def problem(text: str, *, described: bool = True) -> tuple[str, str] | None:
    """What is wrong with a schedule, and what to write.

    `described` is whether `@daily` and the like are known.
    """
    bare = text.strip(" ")
    if described and _EVERY.fullmatch(bare):
        return None
    if not described and bare.startswith("@"):
        return f"`{bare[:40]}` is known to Kubernetes alone", "write it in five fields"
    try:
        Schedule.read(bare)
    except Wrong as wrong:
        return f"the schedule {wrong}", wrong.help
    if bare.startswith("@"):
        return None
    for field, (what, low, high, _) in zip(bare.split(), Schedule.bounds, strict=True):
        for part in field.split(","):
            body, _, step = part.partition("/")
            if body in ("*", "?") and step and int(step) > high - low:
                return (
                    f"`{part}` is {what} {low} alone: the step is longer than the range",
                    f"write `{low}`, or a step of at most {high - low}",
                )
    if not _days(bare):
        return "no date fits it: no month that it names has such a day", "name a day that is there"
    return None


@lru_cache(maxsize=1024)
def period(text: str) -> int | None:
    """The shortest time between two runs, in seconds; nothing for what is no schedule."""
    bare = text.strip(" ")
    if found := _EVERY.fullmatch(bare):
        return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
    if bare in _DESCRIBED:
        return _DESCRIBED[bare]
    if problem(bare) is not None:
        return None
    minutes, hours = (_numbers(bare, index) for index in (0, 1))
    times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    days = _days(bare)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    gaps += [(later - earlier) * 1440 + times[0] - times[-1] for earlier, later in pairwise(days)]
    return min(gaps, default=365 * 1440) * 60


def unknown_zone(name: str) -> bool:
    """Whether a time zone is none. One that only this machine knows may be newer than our list."""
    if name in zones.known():
        return False
    import zoneinfo

    return name == "localtime" or name not in zoneinfo.available_timezones()


def _numbers(text: str, index: int) -> frozenset[int]:
    """The values that a field stands for."""
    field, (_, low, high, names) = text.split()[index], Schedule.bounds[index]
    found: set[int] = set()
    for part in field.split(","):
        body, _, step = part.partition("/")
        first, dash, last = body.partition("-")
        if body in ("*", "?"):
            begin, end = low, high
        else:
            begin = _number(first, names, low)
            end = _number(last, names, low) if dash else high if step else begin
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, names: tuple[str, ...], low: int) -> int:
    return int(text) if text.isdecimal() else names.index(text.lower()) + low


@lru_cache(maxsize=1024)
def _days(text: str) -> tuple[int, ...]:
    """The days of four years on which a schedule runs, as ordinals.

    Where both the day of the month and that of the week are told, either is enough.
    """
    days, months, weekdays = (_numbers(text, index) for index in (2, 3, 4))
    _, _, day_field, _, weekday_field = text.split()
    if weekday_field[0] in "*?" and not any(d <= _LONGEST[m - 1] for m in months for d in days):
        return ()
    both = day_field[0] not in "*?" and weekday_field[0] not in "*?"
    start = date(2024, 1, 1)
    found = []
    for offset in range(1462):
        day = start + timedelta(days=offset)
        if day.month in months:
            fits = (day.day in days, day.isoweekday() % 7 in weekdays)
            if any(fits) if both else all(fits):
                found.append(day.toordinal())
    return tuple(found)
