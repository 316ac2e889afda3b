"""Cron schedules and time zones, as Kubernetes, Argo Workflows and KEDA read them."""

from __future__ import annotations

import zoneinfo

import pytest

from modelyard.check import cron, zones

DAY = 86_400


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("0 3 * * 1", 7 * DAY),
        ("0 3 * * *", DAY),
        ("*/5 * * * *", 300),
        ("5,35 * * * *", 1800),
        ("0 0,6,23 * * *", 3600),
        ("50 23,0 * * *", 3600),
        ("0 */6 * * *", 6 * 3600),
        ("*/20 8-18 * * mon-fri", 1200),
        ("0 4 1,15 * *", 14 * DAY),
        ("0 4 31 * *", 31 * DAY),
        ("0 4 1,15 * 1", DAY),
        ("0 0 29 feb *", 365 * DAY),
        ("30/10 3 ? * 0", 600),
        ("@hourly", 3600),
        ("@weekly", 7 * DAY),
        ("@every 90m", 5400),
    ],
)
def test_the_shortest_time_between_two_runs(schedule: str, seconds: int) -> None:
    assert cron.problem(schedule) is None
    assert cron.period(schedule) == seconds


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "0 3 * *",
        "0 3 * * * *",
        "60 * * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 7",
        "5-1 * * * *",
        "*/0 * * * *",
        "@fortnightly",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "*/60 * * * *",
        "0 */24 * * *",
    ],
)
def test_schedules_that_cannot_be_read_or_never_come(schedule: str) -> None:
    assert cron.problem(schedule) is not None
    assert cron.period(schedule) is None


def test_keda_knows_no_words_for_schedules() -> None:
    assert cron.problem("@daily", described=False) is not None
    assert cron.problem("0 3 * * *", described=False) is None


def test_a_day_of_the_week_saves_a_day_that_no_month_has() -> None:
    assert cron.problem("0 0 31 2 1") is None


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Etc/GMT+5", "America/Indiana/Knox"])
def test_zones_that_are_known(name: str) -> None:
    assert not cron.unknown_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Local", "localtime", "Europe/Pariss", "europe/berlin", "CEST"]
)
def test_zones_that_are_none(name: str) -> None:
    assert cron.unknown_zone(name)


def test_the_list_of_zones_is_whole() -> None:
    odd = {"localtime", "Factory", "posixrules"}
    assert zoneinfo.available_timezones() - odd <= zones.known()
