"""Whatever is done to the files of a sound repository is rendered, or refused at its place."""

from __future__ import annotations

import copy
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.load.test_mistakes import (
    CHURN,
    CHURN_TEXT,
    DEMAND,
    EDGE,
    EDGE_TEXT,
    FRAUD,
    PRODUCTION,
    ROWS,
    SCORING,
    SETTINGS,
    SUPPORT,
    check_place,
    made,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Route
    from tests.conftest import Run, Shop

FILES = (FRAUD, DEMAND, SUPPORT, CHURN, PRODUCTION, EDGE, SCORING, SETTINGS)
JARGON = re.compile(
    r"Traceback|NoneType|\bNone\b|pydantic|Input should|<class|object at 0x|\b(dict|tuple|str|bool)\b"
    r"|Error\b|not subscriptable|unhashable|\{type|\\x"
)

KNOWN = {row[4] for row in ROWS.values()} | {"file/encoding", "repository/none", "spec/limit"}
"""Of each of these rules a sample is in the table of mistakes, or here."""

bounded = settings(
    deadline=None,
    max_examples=65,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return made(tmp_path_factory.mktemp("sound") / "shop")


def survives(shop: Shop, file: str, text: str | bytes | None) -> Run:
    """Render with a file that says something else, or is gone: wholly, or not at all and with reasons."""
    before = shop.text(file)
    try:
        (shop.root / file).unlink()
        if text is not None:
            (shop.root / file).write_bytes(text.encode() if isinstance(text, str) else text)
        run = shop.run("render", "-o", "json", "--no-cache")
        assert run.code in (0, 2), run.err
        assert run.err == ""
        findings = json.loads(run.out)["findings"]
        assert bool(findings) == (run.code == 2)
        assert (shop.root / "deploy").exists() == (run.code == 0)
        for finding in findings:
            check_words(finding)
            place = shop.root / finding["location"]["file"]
            assert place.is_file() or text is None
            if place.is_file() and finding["rule"] != "file/encoding":
                check_place(shop, finding)
        return run
    finally:
        shutil.rmtree(shop.root / "deploy", ignore_errors=True)
        shop.write(file, before)


def check_words(finding: dict[str, Any]) -> None:
    """What is said is said to a person, and of a file."""
    said = finding["message"] + finding["help"]
    assert finding["message"].strip()
    assert finding["rule"] in KNOWN
    assert JARGON.search(said) is None, finding
    assert len(said) < 1000, finding
    assert finding["location"]["line"] >= 1
    assert finding["location"]["column"] >= 1


FIXED: dict[str, tuple[str, str | bytes | None, tuple[str, ...]]] = {
    "a file that is gone": (SETTINGS, None, ("repository/none",)),
    "an environment that is gone": (EDGE, None, ("spec/unknown-environment",)),
    "a blueprint that is gone": (SCORING, None, ("spec/value",)),
    "a model that is gone": (CHURN, None, ()),
    "nothing": (FRAUD, "", ("spec/document",)),
    "a space": (PRODUCTION, " ", ("spec/document",)),
    "a line": (SETTINGS, "\n", ("spec/document",)),
    "a word": (SCORING, "word", ("spec/document",)),
    "a number": (EDGE, "42", ("spec/document",)),
    "null": (CHURN, "null", ("spec/document",)),
    "an empty mapping": (SUPPORT, "{}", ("spec/missing-key",)),
    "an empty list": (DEMAND, "[]", ("spec/document",)),
    "JSON": (CHURN, '{"kind": "Model"}', ("spec/missing-key",)),
    "a byte order mark": (CHURN, b"\xef\xbb\xbf" + CHURN_TEXT.encode(), ()),
    "lines of Windows": (CHURN, CHURN_TEXT.replace("\n", "\r\n").encode(), ()),
    "lines of old Macs": (CHURN, CHURN_TEXT.replace("\n", "\r").encode(), ()),
    "UTF-16": (CHURN, CHURN_TEXT.encode("utf-16"), ("file/encoding",)),
    "Latin-1": (CHURN, CHURN_TEXT.replace("customers", "caf\xe9s").encode("latin-1"), ("file/encoding",)),
    "zeros": (CHURN, b"\0" * 100, ("yaml/character",)),
    "a surrogate": (CHURN, b"a: \xed\xa0\x80", ("file/encoding",)),
    "a program": (FRAUD, b"\x7fELF\x02\x01\x01\0", ("yaml/character",)),
    "twice itself": (CHURN, CHURN_TEXT * 2, ("yaml/duplicate-key",)),
    "two documents": (CHURN, f"{CHURN_TEXT}---\n{CHURN_TEXT}", ("spec/document",)),
    "an end of a document": (CHURN, f"---\n{CHURN_TEXT}...\n", ()),
    "a directive": (CHURN, f"%YAML 1.1\n---\n{CHURN_TEXT}", ()),
    "another kind's text": (CHURN, EDGE_TEXT, ("spec/missing-key", "spec/unknown-key", "spec/value")),
    "a model as an environment": (EDGE, CHURN_TEXT, ("spec/missing-key", "spec/unknown-key", "spec/value")),
    "a merge conflict": (CHURN, f"<<<<<<< HEAD\n{CHURN_TEXT}=======\n", ("yaml/syntax",)),
    "a template": (CHURN, CHURN_TEXT.replace("churn", "{{ name }}"), ("yaml/key",)),
    "all of it indented": (CHURN, "".join(f"  {line}\n" for line in CHURN_TEXT.split("\n")), ()),
    "brackets": (CHURN, "[" * 100_000, ("yaml/limit",)),
    "keys": (CHURN, "".join(f"k{index}: 1\n" for index in range(5_000)), ("spec/limit",)),
    "aliases": (CHURN, "a: &a [1]\n" + "b: [*a, *a]\n" * 500, ("yaml/limit",)),
}  # fmt: skip


@pytest.mark.parametrize("what", FIXED)
def test_another_text_is_rendered_or_refused_with_its_reasons(sound: Shop, what: str) -> None:
    file, text, rules = FIXED[what]
    run = survives(sound, file, text)
    assert run.code == (2 if rules else 0), run.out
    found = {finding["rule"] for finding in json.loads(run.out)["findings"]}
    assert found >= set(rules) if rules else not found, run.out


TOKENS = (
    *("{", "}", "[", "]", ":", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!!set ", "!x ", "#", " #"),
    *("'", '"', "`", "@", "%", "%YAML 1.1\n", "---\n", "...\n", "|\n", ">-\n", ",", "\\", "\t"),
    *("\n", "\r", "\r\n", "\0", "\x1b[2J", "\x85", "\u2028", "\ufeff", "é", "𝕏", "\u202e"),
    *("null", "~", "true", "no", "0", "-1", "0755", "1e400", ".nan", "9" * 30, "2026-01-01"),
    *("[" * 80, "{a: " * 80, "- " * 80, "a: " * 5, "x" * 700, "../../etc/passwd", "http://a:b@c"),
)

text_edits = st.tuples(
    st.sampled_from(("delete", "insert", "repeat", "drop", "copy", "move", "indent", "token")),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(TOKENS),
)


def edited(text: str, edit: tuple[str, float, float, str]) -> str:
    """A text with one edit, of characters, words or lines."""
    what, first, second, token = edit
    at, length = int(first * (len(text) + 1)), 1 + int(second * second * 12)
    lines = text.split("\n")
    line, other = int(first * len(lines)), int(second * len(lines))
    if what == "delete":
        return text[:at] + text[at + length :]
    if what == "insert":
        return text[:at] + token + text[at:]
    if what == "repeat":
        return text[: at + length] + text[at:]
    if what == "token":
        words = list(re.finditer(r"[^\s{}\[\],:]+", text))
        if not words:
            return token
        found = words[int(first * len(words))]
        return text[: found.start()] + token + text[found.end() :]
    if what == "drop":
        del lines[line]
    elif what == "indent":
        lines[line] = f"  {lines[line]}" if length % 2 else lines[line][1:]
    else:
        lines.insert(other, lines[line] if what == "copy" else lines.pop(line))
    return "\n".join(lines)


@bounded
@given(st.sampled_from(FILES), st.lists(text_edits, min_size=1, max_size=3))
def test_any_text_is_rendered_or_refused_at_its_place(
    sound: Shop, file: str, edits: list[tuple[str, float, float, str]]
) -> None:
    text = sound.text(file)
    for edit in edits:
        text = edited(text, edit)
    survives(sound, file, text)


def deep(depth: int) -> Any:
    value: Any = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


ODD = (
    *(None, True, False, 0, 1, -1, 2, 0.5, 1.5, -0.0, 2**31, 2**62, 1e300, 5e-324, 8080, 64),
    *(
        "",
        " ",
        "x",
        "no",
        "1",
        "0",
        "99%",
        "1Gi",
        "500m",
        "5s",
        "0s",
        "a\nb",
        "é",
        "\x85",
        "x" * 700,
    ),
    *("a" * 63, "a" * 64, "../x", "a/b", "*", "{{ x }}", '"', "\\", "http://a:b@c/d", "$(X)", "%s"),
    *("vllm", "critical", "production", "dev", "v1", "fraud-detection", "platform", "2026-10"),
    *([], {}, [[]], [None], [{}], ["x"], ["a", "a"], [1, "a"], [""], [{"a": 1}], {"": ""}),
    *({"a": None}, {"a": 1}, {"x": "y"}, {"min": 1}, {"port": 1}, {"é ": {}}, {"a" * 300: "x"}),
    *(deep(5), deep(60), deep(70), list(range(300)), {f"k{index}": index for index in range(300)}),
)


def routes(value: Any, route: Route = ()) -> Iterator[Route]:
    if route:
        yield route
    if isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from routes(item, (*route, step))


value_edits = st.tuples(
    st.sampled_from(("replace", "remove", "rename", "add", "wrap", "graft")),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(ODD),
)


def altered(value: Any, edit: tuple[str, float, float, Any]) -> Any:
    """A document with one value, or one key, in the place of another."""
    what, first, second, odd = copy.deepcopy(edit)
    known = list(routes(value))
    if not known:
        return odd
    *above, last = known[int(first * len(known))]
    holder = value
    for step in above:
        holder = holder[step]
    here = holder[last]
    if what == "replace":
        holder[last] = odd
    elif what == "remove":
        del holder[last]
    elif what == "wrap":
        holder[last] = [here] if second < 0.5 else {str(last): here}
    elif what == "graft":
        there: Any = value
        for step in known[int(second * len(known))]:
            there = there[step]
        holder[last] = copy.deepcopy(there)
    elif isinstance(holder, list):
        holder.append(odd)
    elif what == "rename":
        holder[str(last)[1:] if second < 0.5 else f"{last}s"] = holder.pop(last)
    else:
        holder["" if second < 0.1 else str(known[int(second * len(known))][-1])] = odd
    return value


@bounded
@given(st.sampled_from(FILES), st.lists(value_edits, min_size=1, max_size=2))
def test_any_value_is_rendered_or_refused_at_its_place(
    sound: Shop, file: str, edits: list[tuple[str, float, float, Any]]
) -> None:
    value = yaml.safe_load(sound.text(file))
    for edit in edits:
        value = altered(value, edit)
    survives(sound, file, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))
