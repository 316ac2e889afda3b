"""`markdown`: comments and summaries, read here as GitHub's flavour is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from modelyard.findings import Location, Report
from tests.report.findings import (
    BAD_NAME,
    EVERY_SORT,
    EXCEPTION,
    WORST,
    finding,
    report,
    reports,
    shown,
)

ALLOWED = {
    "h3", "h4", "p", "ul", "li", "strong", "code", "details", "summary",
}  # fmt: skip


class Page(HTMLParser):
    """The elements of a page, and its text outside code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.depth = 0
        self.feed(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs, (tag, attrs)
        self.tags.append(tag)
        self.depth += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.text += data


def test_findings_stand_under_their_model_the_worst_first() -> None:
    mild = finding(severity="warning", location=Location("deploy/dev/mild/service.yaml", 1, 1))
    assert shown("markdown", report(mild, finding(), finding(suppressed=EXCEPTION))) == (
        "### modelyard: 1 error, 1 warning, 1 suppressed\n"
        "\n"
        "2 objects in 3 files.\n"
        "\n"
        "#### fraud in production: 1 error\n"
        "\n"
        "- **error** port `8080` has no name (`network/port-name`)\n"
        "  - `models/fraud.yaml:68:34`, `environments.production.serving.port`,"
        " seen at `deploy/production/fraud/service.yaml:9:7`\n"
        "  - help: write `name: http`\n"
        "\n"
        "#### mild in dev: 1 warning\n"
        "\n"
        "- **warning** port `8080` has no name (`network/port-name`)\n"
        "  - `models/fraud.yaml:68:34`, `environments.production.serving.port`,"
        " seen at `deploy/dev/mild/service.yaml:1:1`\n"
        "  - help: write `name: http`\n"
        "\n"
        "<details><summary>1 suppressed</summary>\n"
        "\n"
        "- suppressed port `8080` has no name (`network/port-name`)\n"
        "  - `models/fraud.yaml:68:34`, `environments.production.serving.port`,"
        " seen at `deploy/production/fraud/service.yaml:9:7`\n"
        "  - exception: a legacy client; RISK-12; until 2027-03-31\n"
        "  - help: write `name: http`\n"
        "\n"
        "</details>\n"
    )


def test_nothing_wrong_is_said_too() -> None:
    assert shown("markdown", report()) == "### modelyard: nothing wrong\n\n2 objects in 3 files.\n"
    assert "refused" in shown("markdown", report(finding()), refused=True)


def test_many_lists_are_folded() -> None:
    many = [finding(location=Location(f"deploy/dev/m{n}/a.yaml", 1, 1)) for n in range(11)]
    assert "<details>" not in shown("markdown", report(*many[:10]))
    assert shown("markdown", report(*many)).count("<details>") == 11


@pytest.mark.parametrize("limit", [1000, 5000, 65_536])
def test_what_does_not_fit_is_counted_and_nothing_is_cut(limit: int) -> None:
    many = [
        finding(
            message=f"message {n} ends here",
            severity="error" if n % 2 else "warning",
            location=Location(f"deploy/dev/m{n % 30}/a.yaml", 1, 1),
        )
        for n in range(1500)
    ]
    text = shown("markdown", report(*many), limit=limit)
    kept = re.findall(r"\*\*(error|warning)\*\* message \d+ ends here \(", text)
    left = {kind: 750 - kept.count(kind) for kind in ("error", "warning")}
    assert limit / 2 < len(text) <= limit
    assert f"{left['error']} errors, {left['warning']} warnings more" in text
    assert text.count("help:") == len(kept)
    assert text.count("<details>") == text.count("</details>")
    if left["error"]:
        assert "warning" not in kept


def test_a_finding_that_is_larger_than_all_the_room_hides_no_other() -> None:
    text = shown("markdown", report(finding(message="x" * 70_000), finding()))
    assert len(text) < 2000
    assert "1 error more" in text


@given(found=reports)
@settings(max_examples=150, deadline=None)
def test_no_text_becomes_markup(found: Report) -> None:
    page = Page(shown("markdown", found))
    assert set(page.tags) <= ALLOWED
    assert page.tags.count("h3") == 1
    assert not re.search(r"@\w|#\d|://|GH-\d|www\.\w", page.text, re.IGNORECASE)


def test_the_worst_text_is_only_text() -> None:
    many = (finding(message=WORST, help=WORST, location=Location(BAD_NAME, 1, 1)), *EVERY_SORT)
    page = Page(shown("markdown", report(*many)))
    assert set(page.tags) <= ALLOWED
    assert "script" in page.text
