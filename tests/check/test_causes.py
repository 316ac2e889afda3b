"""What follows from another finding is folded under it; nothing is lost, and nothing grave is hidden."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modelyard.check.causes import folded
from modelyard.findings import Cause, Finding, Location, ObjectRef, Suppression

FOLLOWS = {
    "b/after": ("a/first",),
    "c/last": ("b/after",),
    "d/one": ("d/two",),
    "d/two": ("d/one",),
}
RULES = ("a/first", "b/after", "c/last", "d/one", "d/two", "schema/type")


def found(rule: str, name: str = "x", *route: str | int, **more: object) -> Finding:
    about = ObjectRef("v1", "Service", "search", name)
    finding = Finding(
        rule, "wrong", Location(f"deploy/{name}.yaml", 1, 1), object=about, route=route
    )
    return replace(finding, **more)  # type: ignore[arg-type]


def flat(findings: list[Finding]) -> list[Finding]:
    return [
        one
        for finding in findings
        for one in (replace(finding, related=()), *flat([*finding.related]))
    ]


def names(findings: list[Finding]) -> list[tuple[str, list[str]]]:
    return [(one.rule, [each.rule for each in one.related]) for one in findings]


def test_a_consequence_is_folded_under_its_cause_and_so_is_what_follows_from_it() -> None:
    several = [found("c/last"), found("b/after"), found("a/first")]
    assert names(folded(several, FOLLOWS)) == [("a/first", ["c/last", "b/after"])]


def test_another_object_is_no_cause_unless_the_finding_names_it() -> None:
    other = found("a/first", "y")
    assert len(folded([found("b/after"), other], FOLLOWS)) == 2
    named = found("b/after", because_of=("Service", "search", "y"))
    assert names(folded([named, other], FOLLOWS)) == [("a/first", ["b/after"])]


def test_what_stands_in_something_of_a_wrong_shape_follows_from_it() -> None:
    shape = found("schema/type", "x", "spec", "ports")
    inside, beside = found("a/first", "x", "spec", "ports", 0), found("a/first", "x", "spec")
    assert names(folded([inside, beside, shape], {})) == [
        ("a/first", []),
        ("schema/type", ["a/first"]),
    ]


def test_an_error_is_never_folded_under_a_warning() -> None:
    warning = found("a/first", severity="warning")
    assert len(folded([warning, found("b/after")], FOLLOWS)) == 2


def test_what_does_not_count_hides_nothing() -> None:
    excepted = found("a/first", suppressed=Suppression("exception", "known"))
    assert len(folded([excepted, found("b/after")], FOLLOWS)) == 2


def test_what_one_line_of_a_spec_breaks_in_several_objects_is_told_once() -> None:
    cause = Cause(Location("models/x.yaml", 3, 1), "spec.port")
    several = [found("a/first", name, "spec", cause=cause, anchor="spec") for name in "xyz"]
    assert [len(one.related) for one in folded(several, {})] == [2]
    other = replace(several[0], anchor="metadata")
    assert len(folded([*several, other], {})) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(RULES), st.sampled_from("xy"), st.lists(st.sampled_from("ab"), max_size=2),
            st.sampled_from(("error", "warning")), st.booleans(), st.sampled_from((None, "x", "y")),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_nothing_is_lost_and_nothing_grave_is_hidden(several: list[tuple]) -> None:  # type: ignore[type-arg]
    findings = [
        found(
            rule, name, *route, severity=severity,
            suppressed=Suppression("exception", "known") if known else None,
            because_of=("Service", "search", other) if other else None,
        )
        for rule, name, route, severity, known, other in several
    ]  # fmt: skip
    result = folded(findings, FOLLOWS)
    assert sorted(map(repr, flat(result))) == sorted(map(repr, findings))
    for one in result:
        assert not (one.suppressed and one.related)
        assert one.severity == "error" or all(each.severity == "warning" for each in one.related)
