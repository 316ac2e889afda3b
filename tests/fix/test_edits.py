"""Edits of a text: each changes what it is about, and not one character of anything else."""

from __future__ import annotations

from typing import Any

import pytest
import ruamel.yaml
from hypothesis import given
from hypothesis import strategies as st

from modelyard.findings import Fix, Route
from modelyard.fix.nodes import CannotFix
from modelyard.fix.text import Text
from modelyard.format.yaml import emit

Row = tuple[str, Fix, str, str]
"""What it is; the change; a part of the text before, and the same part after."""

TEXT = """\
# the top 😀
kind: Deployment   # what it is
spec:
  replicas: 3
  paused:          # not decided
  containers:
  - name: server
    image: "ranker"
    # how it is started
    args: [--quiet, '1']
  -
    name: proxy    # of the mesh
    command:
      - run

      - forever    # and a day
  volumes: {}
  ports: []
  nothing: ~
  limits: {cpu: 1, memory: 4Gi} # whole
  wide: {cpu: 1,   # one
         memory: 4Gi}
  items:
    - {name: one}
    - {name: two}
    - key: three
      path: 3
  last: null
text: |
  one

  two

# before the end
kept: |+
  three

"""

EDITS: list[Row] = [
    ("a number", Fix(put=((("spec", "replicas"), 5),)), "  replicas: 3\n", "  replicas: 5\n"),
    ("text for a number", Fix(put=((("spec", "replicas"), "three"),)), "replicas: 3", "replicas: three"),
    ("text that reads as something else", Fix(put=((("kind",), "yes"),)), "kind: Deployment   #", 'kind: "yes"   #'),
    ("text in its quotes", Fix(put=((("spec", "containers", 0, "image"), "a:1"),)), '"ranker"', '"a:1"'),
    ("text in single quotes", Fix(put=((("spec", "containers", 0, "args", 1), "it's"),)), "'1'", "'it''s'"),
    ("text with a comma", Fix(put=((("kind",), "a,b"),)), "kind: Deployment ", "kind: a,b "),
    ("text with a comma in brackets", Fix(put=((("spec", "limits", "memory"), "a,b"),)), "1, memory: 4Gi} # whole", '1, memory: "a,b"} # whole'),
    ("something for nothing", Fix(put=((("spec", "paused"), True),)), "  paused:          # not", "  paused: true          # not"),
    ("something for null", Fix(put=((("spec", "nothing"), [1]),)), "nothing: ~", "nothing: [1]"),
    ("a mapping for nothing", Fix(put=((("spec", "paused", "by"), "me"),)), "paused:          # not decided\n", "paused:          # not decided\n    by: me\n"),
    ("a mapping for null", Fix(put=((("spec", "last", "by"), "me"),)), "last: null", "last: {by: me}"),
    ("a new key", Fix(put=((("spec", "containers", 0, "tty"), True),)), "    args: [--quiet, '1']\n", "    args: [--quiet, '1']\n    tty: true\n"),
    ("a new key below a list", Fix(put=((("spec", "containers", 1, "tty"), True),)), "      - forever    # and a day\n", "      - forever    # and a day\n    tty: true\n"),
    ("new parents", Fix(put=((("spec", "containers", 0, "a", "b", 0), "c"),)), "    args: [--quiet, '1']\n", "    args: [--quiet, '1']\n    a:\n      b:\n        - c\n"),
    ("a new key at the top", Fix(put=((("status", "x"), "a\nb\n"),)), "  three\n\n", "  three\n\nstatus:\n  x: |\n    a\n    b\n"),
    ("a new key in brackets", Fix(put=((("spec", "limits", "disk"), "1Gi"),)), "memory: 4Gi} # whole", "memory: 4Gi, disk: 1Gi} # whole"),
    ("a new key in a line of its own", Fix(put=((("spec", "wide", "disk"), {"a": 1}),)), "memory: 4Gi}\n", "memory: 4Gi,\n         disk: {a: 1}}\n"),
    ("a first key", Fix(put=((("spec", "volumes", "a"), ["ALL"]),)), "volumes: {}", "volumes: {a: [ALL]}"),
    ("a first item", Fix(put=((("spec", "ports", 0, "a"), 1),)), "ports: []", "ports: [{a: 1}]"),
    ("another item", Fix(put=((("spec", "containers", 2), {"name": "new", "tty": True}),)), "and a day\n", "and a day\n  - name: new\n    tty: true\n"),
    ("another item in brackets", Fix(put=((("spec", "containers", 0, "args", 2), "[x]"),)), "[--quiet, '1']", "[--quiet, '1', \"[x]\"]"),
    ("a line of a text", Fix(put=((("text",), "one\n\n2\n"),)), "  two\n", "  2\n"),
    ("another name", Fix(rename=((("spec", "replicas"), "copies"),)), "  replicas: 3", "  copies: 3"),
    ("another name of a section", Fix(rename=((("spec", "containers"), "pods"),)), "  containers:\n", "  pods:\n"),
    ("another name in brackets", Fix(rename=((("spec", "wide", "cpu"), "a,b"),)), "{cpu: 1,   #", '{"a,b": 1,   #'),
    ("quotes", Fix(quote=(("spec", "replicas"),)), "replicas: 3", 'replicas: "3"'),
    ("quotes in brackets", Fix(quote=(("spec", "limits", "cpu"),)), "{cpu: 1, memory: 4Gi} #", '{cpu: "1", memory: 4Gi} #'),
    ("a key less", Fix(drop=(("spec", "replicas"),)), "  replicas: 3\n", ""),
    ("a section less", Fix(drop=(("text",),)), "text: |\n  one\n\n  two\n", ""),
    ("a key in brackets less", Fix(drop=(("spec", "limits", "cpu"),)), "{cpu: 1, memory: 4Gi} #", "{memory: 4Gi} #"),
    ("the last key in brackets less", Fix(drop=(("spec", "limits", "memory"),)), "{cpu: 1, memory: 4Gi} #", "{cpu: 1} #"),
    ("the key beside a dash less", Fix(drop=(("spec", "items", 2, "key"),)), "    - key: three\n      path: 3\n", "    - path: 3\n"),
    ("an item less", Fix(drop=(("spec", "items", 1),)), "    - {name: two}\n", ""),
    ("two items less", Fix(drop=(("spec", "items", 0), ("spec", "items", 2))), "    - {name: one}\n    - {name: two}\n    - key: three\n      path: 3\n", "    - {name: two}\n"),
    ("several at once", Fix(put=((("kind",), "Job"),), drop=(("spec", "replicas"),)), "kind: Deployment   # what it is\nspec:\n  replicas: 3\n", "kind: Job   # what it is\nspec:\n"),
]  # fmt: skip

REFUSED: list[tuple[str, str, Fix, str]] = [
    ("a comment in what goes", TEXT, Fix(drop=(("spec", "containers", 1),)), "a comment would be lost"),
    ("a comment in brackets", TEXT, Fix(drop=(("spec", "wide", "cpu"),)), "a comment would be lost"),
    ("a comment in what changes", TEXT, Fix(put=((("spec", "wide"), 1),)), "a comment stands in it"),
    ("a section for a value", TEXT, Fix(put=((("spec", "containers"), 1),)), "lines of its own"),
    ("a folded text", "a: >\n  b\n", Fix(put=((("a",), "c\n"),)), "lines of its own"),
    ("a text of other lines", TEXT, Fix(put=((("text",), "one\ntwo\n"),)), "other lines"),
    ("a key of a text", TEXT, Fix(put=((("kind", "a"), 1),)), "something else stands there"),
    ("an item far off", TEXT, Fix(put=((("spec", "ports", 3), 1),)), "something else stands there"),
    ("a name that is taken", TEXT, Fix(rename=((("kind",), "spec"),)), "there is a key `spec` already"),
    ("quotes around text", TEXT, Fix(quote=(("spec", "containers", 0, "image"),)), "no plain number"),
    ("the last of its kind", TEXT, Fix(drop=(("spec", "items", 0, "name"),)), "nothing else would be left"),
    ("what is not there", TEXT, Fix(drop=(("spec", "zebra"),)), "not there any more"),
    ("a place below a value", TEXT, Fix(quote=(("spec", "replicas", "x"),)), "not there any more"),
    ("an item inside of a dash", "- - a\n  - b\n", Fix(drop=((0, 0),)), "does not begin a line"),
    ("an anchor", "a: &x 1\nb: 2\n", Fix(put=((("b",), 3),)), "anchors"),
    ("a number that not all read alike", "a: 0x1F\nb: 010\n", Fix(quote=(("b",),)), "read in different ways"),
    ("a truth value that not all read alike", "a: yes\n", Fix(quote=(("a",),)), "read in different ways"),
    ("lines that end in two ways", "a: 1\r\nb: 2\n", Fix(put=((("b",), 3),)), "end in different ways"),
]  # fmt: skip


def edited(text: str, fix: Fix, *, kubernetes: bool = True) -> str:
    found = Text("a.yaml", text, kubernetes=kubernetes)
    found.apply(0, fix)
    return found.whole


@pytest.mark.parametrize(("what", "fix", "before", "after"), EDITS, ids=lambda row: str(row)[:50])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_edit_changes_its_place_and_nothing_else(
    what: str, fix: Fix, before: str, after: str, ending: str
) -> None:
    assert TEXT.count(before) == 1
    if what == "a line of a text" and ending == "\r\n":
        pytest.skip("such a text is refused")
    wanted = TEXT.replace(before, after).replace("\n", ending)
    assert edited(TEXT.replace("\n", ending), fix) == wanted


@pytest.mark.parametrize(("what", "text", "fix", "reason"), REFUSED, ids=lambda row: str(row)[:50])
def test_what_would_harm_is_refused(what: str, text: str, fix: Fix, reason: str) -> None:
    assert what
    with pytest.raises(CannotFix, match=reason.replace("`", ".")):
        edited(text, fix)


@pytest.mark.parametrize(
    "text", ["a: *x\n", "a: [\n", "a: 1\na: 2\n", "a: !!str 1\n", "a: 1\n<<: {b: 2}\n"]
)
def test_yaml_that_readers_disagree_about_is_not_edited(text: str) -> None:
    with pytest.raises(CannotFix, match="cannot be read"):
        Text("a.yaml", text, kubernetes=True)


def test_json_stays_json() -> None:
    text = '{\n  "a": {\n    "b": 1,\n    "c": ["x"]\n  }\n}\n'
    new = (
        '{\n  "a": {\n    "b": 1,\n    "c": ["x", "y"],\n    "d": {"e": null, "f": "ü,"}\n  }\n}\n'
    )
    put = ((("a", "c", 1), "y"), (("a", "d", "e"), None), (("a", "d", "f"), "ü,"))
    assert edited(text, Fix(put=put)) == new
    assert edited(text, Fix(drop=(("a", "c"),))) == '{\n  "a": {\n    "b": 1\n  }\n}\n'
    assert edited(text, Fix(rename=((("a", "b"), "z"),))) == text.replace('"b"', '"z"')


def test_a_text_without_a_last_line_break_gets_none() -> None:
    assert edited("a: 1", Fix(put=((("b",), 2),))) == "a: 1\nb: 2"


def test_documents_of_one_file_are_edited_apart() -> None:
    text = "# one\na: 1\n---\n# two\na: 1 # b\n...\n---\n---\na: 3\n"
    found = Text("a.yaml", text, kubernetes=True)
    assert [found.number(line) for line in range(1, 10)] == [0, 0, 1, 1, 1, 1, 2, 3, 3]
    found.apply(found.number(5), Fix(put=((("a",), 2), (("c",), 3))))
    found.apply(found.number(9), Fix(put=((("a",), 4),)))
    assert found.whole == "# one\na: 1\n---\n# two\na: 2 # b\nc: 3\n...\n---\n---\na: 4\n"


KEYS = st.sampled_from(["a", "b", "c", "name", "yes", "1", "a b", "ä#", "x: y"])
TEXTS = st.sampled_from(
    ["", "x", "yes", "1.20", "a b", "# no", "a,b", "😀", "it's", 'say "x"', "a: b"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 10**6), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=12,
)  # fmt: skip
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)
COMMENTS = st.sampled_from(["# why", "#", "# a: 1", "#- x", "# 'open", '# "', "# 😀 }"])


def routes(value: Any, route: Route = ()) -> list[Route]:
    found = [route] if route else []
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found += [inner for key, item in pairs for inner in routes(item, (*route, key))]
    return found


def at(value: Any, route: Route) -> Any:
    for step in route:
        value = value[step]
    return value


@st.composite
def commented(draw: st.DrawFn) -> tuple[Any, str, list[str]]:
    """A document with comments and blank lines anywhere, and the comments in order."""
    value = draw(DOCUMENTS)
    out, comments = [], []
    for line in emit(value).decode().splitlines():
        for _ in range(draw(st.integers(0, 2))):
            comment = draw(COMMENTS | st.just(""))
            out.append(" " * draw(st.integers(0, 6)) + comment)
            comments += [comment] if comment else []
        comment = draw(COMMENTS | st.just(""))
        out.append(f"{line}{' ' * draw(st.integers(1, 3))}{comment}" if comment else line)
        comments += [comment] if comment else []
    return value, "\n".join(out) + "\n", comments


def read(text: str) -> Any:
    """The document as another reader has it, in YAML 1.2."""
    return ruamel.yaml.YAML(typ="safe", pure=True).load(text)


def comments_of(text: str) -> list[str]:
    """Comments as another reader has them."""
    found = []
    for token in ruamel.yaml.YAML(typ="rt", pure=True).scan(text):
        for comment in getattr(token, "comment", None) or []:
            for one in comment if isinstance(comment, list) else [comment]:
                found += (
                    [line.strip() for line in one.value.splitlines() if line.strip()] if one else []
                )
    return found


def common(before: str, after: str) -> tuple[int, int]:
    """How many lines two texts share at their beginning, and at their end."""
    old, new = before.split("\n"), after.split("\n")
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    last = next(
        (n for n, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), len(old)
    )
    return first, last


@given(commented(), st.data())
def test_a_new_key_leaves_every_line_where_it_was(
    made: tuple[Any, str, list[str]], data: st.DataObject
) -> None:
    value, text, comments = made
    parents = [route for route in [(), *routes(value)] if isinstance(at(value, route), dict)]
    parent = data.draw(st.sampled_from(parents))
    new = data.draw(VALUES)
    found = edited(text, Fix(put=(((*parent, "new"), new),)), kubernetes=False)
    at(value, parent)["new"] = new
    assert read(found) == value
    assert sorted(comments_of(found)) == sorted(comments)
    if at(value, parent).keys() - {"new"}:
        first, last = common(text, found)
        assert first + last >= text.count("\n")


@given(commented(), st.data())
def test_another_value_leaves_every_other_line_as_it_was(
    made: tuple[Any, str, list[str]], data: st.DataObject
) -> None:
    value, text, comments = made
    leaves = [r for r in routes(value) if not isinstance(at(value, r), dict | list)]
    if not leaves:
        return
    route, new = data.draw(st.sampled_from(leaves)), data.draw(SCALARS)
    found = edited(text, Fix(put=((route, new),)), kubernetes=False)
    at(value, route[:-1])[route[-1]] = new
    assert read(found) == value
    assert sorted(comments_of(found)) == sorted(comments)
    assert len(found.split("\n")) == len(text.split("\n"))
    assert sum(a != b for a, b in zip(text.split("\n"), found.split("\n"), strict=True)) <= 1


@given(commented(), st.data())
def test_what_goes_takes_no_comment_with_it(
    made: tuple[Any, str, list[str]], data: st.DataObject
) -> None:
    value, text, comments = made
    route = data.draw(st.sampled_from(routes(value)))
    try:
        found = edited(text, Fix(drop=(route,)), kubernetes=False)
    except CannotFix:
        return
    del at(value, route[:-1])[route[-1]]
    assert read(found) == value
    assert sorted(comments_of(found)) == sorted(comments)
    rest = iter(text.split("\n"))
    assert all(line in rest for line in found.split("\n") if not line.lstrip().startswith("- "))


@given(commented(), st.data())
def test_another_name_changes_one_line(
    made: tuple[Any, str, list[str]], data: st.DataObject
) -> None:
    value, text, comments = made
    route = data.draw(st.sampled_from([r for r in routes(value) if isinstance(r[-1], str)]))
    found = edited(text, Fix(rename=((route, "other"),)), kubernetes=False)
    parent = at(value, route[:-1])
    parent["other"] = parent.pop(route[-1])
    assert read(found) == value
    assert sorted(comments_of(found)) == sorted(comments)
    assert sum(a != b for a, b in zip(text.split("\n"), found.split("\n"), strict=True)) == 1
