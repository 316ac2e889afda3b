"""Findings to show: a plain one, one of each sort, and any at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from modelyard.findings import (
    Cause,
    Finding,
    Fix,
    Location,
    ObjectRef,
    Report,
    Summary,
    Suppression,
)
from modelyard.report import Look, render

CAUSE = Cause(Location("models/fraud.yaml", 68, 34), "environments.production.serving.port")
OBJECT = ObjectRef("v1", "Service", "production", "fraud")


def finding(**more: Any) -> Finding:
    """An error of a rendered file, with the line of the spec behind it."""
    known: dict[str, Any] = {
        "rule": "network/port-name",
        "message": "port `8080` has no name",
        "location": Location("deploy/production/fraud/service.yaml", 9, 7),
        "object": OBJECT,
        "route": ("spec", "ports", 0),
        "cause": CAUSE,
        "help": "write `name: http`",
    }
    return Finding(**{**known, **more})


def report(*findings: Finding) -> Report:
    return Report(list(findings), Summary(files=3, objects=2, checks=40))


EXCEPTION = Suppression(
    "exception", "a legacy client", Location("models/fraud.yaml", 80, 5), "RISK-12", "2027-03-31"
)
ANNOTATION = Suppression("annotation", "known", Location("theirs/a.yaml", 4, 5), "team-a")
BASELINE = Suppression("baseline", "")

OTHER = finding(
    rule="prometheus/monitor-port",
    message="the monitor names no port",
    location=Location("deploy/production/fraud/service-monitor.yaml", 12, 3),
)
EVERY_SORT = (
    finding(),
    finding(severity="warning", message="a warning"),
    finding(related=(OTHER,), fix=Fix(put=((("spec", "ports", 0, "name"), "http"),))),
    finding(suppressed=EXCEPTION, message="by an exception"),
    finding(suppressed=ANNOTATION, message="by an annotation"),
    finding(suppressed=BASELINE, message="by a baseline"),
    finding(cause=None, help=""),
    finding(object=None, route=(), cause=None, location=Location("../elsewhere/a.yaml", 1, 1)),
    finding(cause=Cause(Location("modelyard:blueprints/realtime/blueprint.yaml", 4, 2), "spec.x")),
    finding(rule="own/rule-without-words", location=Location("/etc/a.yaml", 3, 1), cause=None),
)

WORST = (
    "\x1b[2J\x1b]0;title\x07 \x00\x9b1m\u202egnp.exe \u2028 \r\n::error file=a::injected\n##[error]x"
    " ##vso[task.setvariable]y ]]> </details></summary><script>alert(1)</script> &amp; `code` ``"
    " @everyone #123 GH-1 [a](http://evil.example) ![b](http://evil.example/p.png) | a | b | %0A::stop"
    " www.evil.example $x$ \\ \ud800 \ufffe \U0001f600 <!-- --> {0} '\""
)

BAD_NAME = WORST.replace("\ud800", "\udcff")
texts = st.text(max_size=40) | st.sampled_from([WORST, "::error::x", "```", "\n\n# x", ""])
numbers = st.integers(min_value=1, max_value=10_000)
files = texts.map(lambda text: text.replace("\ud800", "\udcff"))
"""Names of files need not be UTF-8."""
locations = st.builds(Location, files, numbers, numbers)
objects = st.builds(ObjectRef, texts, texts, st.none() | texts, texts)
suppressions = st.builds(
    Suppression,
    st.sampled_from(["exception", "annotation", "baseline"]),
    texts,
    st.none() | locations,
    texts,
    texts,
)
routes = st.lists(texts | st.integers(0, 9), max_size=4).map(tuple)


def _findings(related: st.SearchStrategy[tuple[Finding, ...]]) -> st.SearchStrategy[Finding]:
    return st.builds(
        Finding,
        rule=st.sampled_from(["network/port-name", "schema/type", "own/rule"]) | texts,
        message=texts,
        location=locations,
        severity=st.sampled_from(["error", "warning"]),
        object=st.none() | objects,
        route=routes,
        anchor=texts,
        cause=st.none() | st.builds(Cause, locations, texts),
        help=texts,
        related=related,
        suppressed=st.none() | suppressions,
    )


plain = _findings(st.just(()))
findings = _findings(st.just(()) | st.lists(plain, max_size=3).map(tuple))
reports = st.builds(Report, st.lists(findings, max_size=30))


def shown(name: str, found: Report, **look: Any) -> str:
    return render(name, found, Look(**look))
