"""Reading YAML: where everything stands, every mistake once, and an answer to any text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.bundle import shipped
from modelyard.errors import Refused
from modelyard.format.yaml import emit, scalar
from modelyard.load.document import MAX_MISTAKES, Document, parse, rendered
from modelyard.load.reader import MAX_BYTES, read_text
from tests.format.values import OTHERS, manifests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.findings import Finding, Route

SPECS = {
    path.stem: path.read_text()
    for path in sorted(
        (shipped() / "blueprints/repository/{{cookiecutter.directory}}/models").glob("*.yaml")
    )
}


def read(text: str, *, kubernetes: bool = False) -> Document:
    documents, findings = parse("models/a.yaml", text, kubernetes=kubernetes)
    assert findings == []
    return documents[0]


def wrong(text: str, *, kubernetes: bool = False) -> list[str]:
    """Every finding, as `rule line:column`."""
    _, findings = parse("models/a.yaml", text, kubernetes=kubernetes)
    return [f"{found.rule} {found.location.line}:{found.location.column}" for found in findings]


# Positions.


Place = tuple[int, int]


def places(node: yaml.Node, route: Route = ()) -> Iterator[tuple[Route, Place | None, Place, bool]]:
    """Route, key's and value's place, and whether it is a leaf; as PyYAML's own parser has them."""
    children: list[tuple[Any, Place | None, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(key.value, place(key), value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(index, None, value) for index, value in enumerate(node.value)]
    for step, key, child in children:
        yield (*route, step), key, place(child), not child.value or isinstance(child.value, str)
        yield from places(child, (*route, step))


def place(node: yaml.Node) -> Place:
    mark = node.start_mark
    assert mark is not None
    return mark.line + 1, mark.column + 1


def located(document: Document, route: Route, *, key: bool = False) -> Place:
    found = document.locate(route, key=key)
    assert found.file == "models/a.yaml"
    return found.line, found.column


def check_places(text: str, document: Document) -> int:
    count = 0
    for route, key, value, is_leaf in places(yaml.compose(text, yaml.SafeLoader)):
        if is_leaf:
            assert located(document, route) == value, route
        if key is not None:
            assert located(document, route, key=True) == key, route
        count += 1
    return count


@settings(deadline=None, max_examples=60)
@given(manifests)
def test_every_key_and_value_of_any_manifest_is_located(value: dict[str, Any]) -> None:
    """Against PyYAML's own parser, which shares no code with libyaml's."""
    text = emit(value).decode()
    check_places(text, read(text, kubernetes=True))


@settings(deadline=None, max_examples=60)
@given(manifests)
def test_the_text_of_every_value_stands_where_it_is_located(value: dict[str, Any]) -> None:
    text = emit(value).decode()
    document, lines = read(text, kubernetes=True), text.split("\n")
    for route, leaf in leaves(value):
        line, column = located(document, route)
        found = lines[line - 1][column - 1 :]
        if not isinstance(leaf, str):
            assert found == str(leaf).lower().replace("none", "null") or isinstance(leaf, float)
        elif not found.startswith("|"):
            assert found == scalar(leaf)
        step = route[-1]
        if isinstance(step, str):
            line, column = located(document, route, key=True)
            assert lines[line - 1][column - 1 :].startswith(scalar(step))


def leaves(value: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    if value and isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*route, step))
    elif route:
        yield route, value


@pytest.mark.parametrize("text", SPECS.values(), ids=SPECS)
def test_every_key_and_value_of_the_examples_is_located(text: str) -> None:
    assert check_places(text, read(text)) > 50


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
def test_every_key_and_value_of_other_values_is_located(value: dict[str, Any]) -> None:
    text = emit(value).decode()
    check_places(text, read(text, kubernetes=True))


FLOW = """\
# é
spec:
  env: {"LOG LEVEL": info, EMPTY: , é: [1, {b: c}]}
  text: |
    a
  list:
  - - x
    - y: z
  none:
"""


@pytest.mark.parametrize(
    ("route", "value", "key"),
    [
        (("spec", "env", "LOG LEVEL"), (3, 22), (3, 9)),
        (("spec", "env", "EMPTY"), (3, 35), (3, 28)),
        (("spec", "env", "é", 0), (3, 41), (3, 41)),
        (("spec", "env", "é", 1, "b"), (3, 48), (3, 45)),
        (("spec", "text"), (4, 9), (4, 3)),
        (("spec", "list", 0, 0), (7, 7), (7, 7)),
        (("spec", "list", 0, 1, "y"), (8, 10), (8, 7)),
        (("spec", "none"), (9, 8), (9, 3)),
        (("spec", "env"), (3, 3), (3, 3)),
        (("spec", "list"), (6, 3), (6, 3)),
        (("spec",), (2, 1), (2, 1)),
        ((), (2, 1), (2, 1)),
        (("spec", "env", "missing"), (3, 3), (3, 3)),
        (("spec", "env", "missing", "more", 3), (3, 3), (3, 3)),
        (("spec", "text", "more"), (4, 9), (4, 9)),
        (("spec", "list", 7), (6, 3), (6, 3)),
        (("spec", "list", "y"), (6, 3), (6, 3)),
        (("other",), (2, 1), (2, 1)),
    ],
)
def test_a_route_leads_to_its_line_or_to_the_nearest_around_it(
    route: Route, value: Place, key: Place
) -> None:
    document = read(FLOW)
    assert located(document, route) == value
    assert located(document, route, key=True) == key


def test_a_route_that_leads_nowhere_has_no_value() -> None:
    document = read("a: 1e3\nc: [0x1F, x]\n")
    assert document.at(("c", 0)) == 31
    for route in (("d",), ("a", "b"), ("c", 2), ("c", "x")):
        with pytest.raises(LookupError):
            document.at(route)


# Mistakes.


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml/duplicate-key 3:1"),
        ("a: {b: 1, c: 2, b: 3}\n", "yaml/duplicate-key 1:17"),
        ("- a: 1\n  'a': 2\n", "yaml/duplicate-key 2:3"),
        ("a:\n  b: {c: {d: 1}}\n  b: [{c: 2}]\n", "yaml/duplicate-key 3:3"),
        ("a: &x 1\nb: *x\n", "yaml/alias 2:4"),
        ("a: &x [1]\nb: [2, *x]\n", "yaml/alias 2:8"),
        ("a: &x y\n? *x\n: 1\n", "yaml/alias 2:3"),
        ("a: &x y\n*x : {b: 1}\n", "yaml/alias 2:1"),
        ("<<: {b: 1}\n", "yaml/alias 1:1"),
        ("a:\n  b: 1\n  <<: {c: 1}\n", "yaml/alias 3:3"),
        ("a: !!str b\n", "yaml/tag 1:4"),
        ('a: !!str "1"\n', "yaml/tag 1:4"),
        ("a: !!str 0755\n", "yaml/tag 1:4"),
        ("!!str 0755: a\n", "yaml/tag 1:1"),
        ("a: !x {b: 1}\n", "yaml/tag 1:4"),
        ("a:\n- !!python/object:os.system [b]\n", "yaml/tag 2:3"),
        ("!!map\na: b\n", "yaml/tag 1:1"),
        ("a: 1\n!!str b: 1\n", "yaml/tag 2:1"),
        ("1: a\n", "yaml/key 1:1"),
        ("a: {true: b}\n", "yaml/key 1:5"),
        ("~: a\n", "yaml/key 1:1"),
        ("? [a, {b: c}]\n: d\n", "yaml/key 1:3"),
        ("{a: 1}: b\n", "yaml/key 1:1"),
        ("- ? - a\n    - b\n  : c\n", "yaml/key 1:5"),
        ("a:\n  b: 0755\n", "yaml/ambiguous 2:6"),
        ("[0, 0o17]\n", "yaml/ambiguous 1:5"),
        ("0755: a\n", "yaml/ambiguous 1:1"),
        ("a: .inf\n", "yaml/ambiguous 1:4"),
        ("a: 99999999999999999999\n", "yaml/ambiguous 1:4"),
        ("a: 'é\nb: 1\n", "yaml/syntax 1:4"),
        ("a: [1, 2\n", "yaml/syntax 1:4"),
        ("a: {b: 1\n", "yaml/syntax 1:4"),
        ("a: b: c\n", "yaml/syntax 1:5"),
        ("a:\n\t- b\n", "yaml/syntax 2:1"),
        ("a: @b\n", "yaml/syntax 1:4"),
        ("- a\nb: c\n", "yaml/syntax 2:1"),
        ("a: b\0\n", "yaml/character 1:5"),
        ("# é\nü: \x01\n", "yaml/character 2:4"),
        ("a: b\n# \ufffe\n", "yaml/character 2:3"),
    ],
)
def test_a_mistake_is_reported_once_and_where_it_stands(text: str, finding: str) -> None:
    assert wrong(text) == [finding]
    assert wrong(text.replace("\n", "\r\n")) == [finding]
    assert wrong("# é: {[\n" * 3 + text)[0].startswith(finding.split(" ")[0])


def test_every_mistake_says_what_to_write_instead() -> None:
    text = "a: 0755\na: !x 1\nb: *y\n<<: {}\n1: 2\n[c]: 3\nd: .nan\n"
    _, findings = parse("models/a.yaml", text)
    assert [
        f"{found.rule} {found.location.line}:{found.location.column}" for found in findings
    ] == [
        "yaml/ambiguous 1:4",
        "yaml/tag 2:4",
        "yaml/duplicate-key 2:1",
        "yaml/alias 3:4",
        "yaml/alias 4:1",
        "yaml/key 5:1",
        "yaml/key 6:1",
        "yaml/ambiguous 7:4",
    ]
    assert all(found.help and found.message.isprintable() for found in findings)


def test_what_could_be_read_is_kept_beside_the_mistakes() -> None:
    """Of two keys of one name the first, and nothing under a key that is none."""
    text = "a: 1\na: 2\n[b]: {c: 1}\n[d]: 2\n'': 3\n*e : 4\n*f : 5\ng: {h: *e}\n"
    documents, findings = parse("a.yaml", text)
    assert documents[0].value == {"a": 1, "": 3, "g": {"h": None}}
    assert [found.location.line for found in findings] == [2, 3, 4, 6, 7, 8]


def test_mistakes_of_every_document_of_a_file_are_reported() -> None:
    assert wrong("a: 01\n---\nb: 1\nb: 2\n---\n- *c\n") == [
        "yaml/ambiguous 1:4",
        "yaml/duplicate-key 4:1",
        "yaml/alias 6:3",
    ]


def test_what_kubernetes_understands_is_no_mistake_in_a_manifest() -> None:
    text = "a: 0755\nb: 0o17\nc: yes\nd: 1_000\ne: 2026-01-01\n"
    expected = {"a": 493, "b": 15, "c": True, "d": 1000, "e": "2026-01-01"}
    assert read(text, kubernetes=True).value == expected
    assert wrong("a: .nan\n", kubernetes=True) == ["yaml/ambiguous 1:4"]
    assert wrong("yes: 1\n", kubernetes=True) == ["yaml/key 1:1"]


# Limits.


def test_what_was_rendered_here_is_read_whatever_its_size() -> None:
    """Brackets in text are no nesting, and a patch of a spec may make much of little."""
    value = {"a": ["[" * 300, "%TAG" * 300], "b": dict.fromkeys(map(str, range(120_000)), 1)}
    text = emit(value).decode()
    assert len(text) > MAX_BYTES
    document = rendered("deploy/a.yaml", text)
    assert document.value == value
    assert text.split("\n")[document.locate(("b", "9")).line - 1] == '  "9": 1'
    assert parse("deploy/a.yaml", text, kubernetes=True)[0] == []


def timed(text: str, *, kubernetes: bool) -> tuple[list[Document], list[Finding]]:
    """What is read, in less than a second; or two, because not every machine is ours."""
    start = time.process_time()
    found = parse("models/a.yaml", text, kubernetes=kubernetes)
    assert time.process_time() - start < 2
    return found


def whole(text: str) -> str:
    """As often as a file may have it."""
    return text * ((MAX_BYTES - 1) // len(text.encode()))


BOMB = "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(9))

HOSTILE = {
    "10,000 brackets": "[" * 10_000,
    "10,000 braces": "{" * 10_000,
    "10,000 brackets over lines": "[\n" * 10_000,
    "brackets with closing ones in quotes": whole('["]",'),
    "brackets with closing ones in comments": whole("[ #]\n"),
    "10,000 lists": "- " * 10_000,
    "lists": whole("- "),
    "10,000 keys that are keys": "? " * 10_000,
    "keys that are keys": whole("? "),
    "keys that are lists": "? " + whole("- ")[:-2],
    "keys that are long lists": "? - a\n" + whole("  - a\n")[:-6],
    "1,400 mappings": "".join(f"{' ' * level}a:\n" for level in range(1_400)),
    "two mebibytes": "a" * (2 << 20),
    "two mebibytes of characters": "é" * (1 << 20) + "b" * (1 << 20),
    "an alias bomb": "a: &a [x, x, x, x, x, x, x, x, x]\n" + BOMB,
    "aliases": f"a: &a 1\nb: [{whole('*a,')[:-30]}]",
    "keys of one name": whole("a: 1\n"),
    "keys of one name in a flow": "{" + whole("a,")[:-10] + "}",
    "tags": f"[{whole('!a ,')[:-10]}]",
    "tag directives": "".join(f"%TAG !a{number}! x\n" for number in range(50_000)),
    "ambiguous numbers": whole("- 01\n"),
    "items": f"[{whole('1,')[:-10]}]",
    "lines of items": whole("- 1\n"),
    "documents": whole("---\n"),
    "a null character": "a: b\0c\n",
    "a late null character": whole("a") + "\0",
    "only null characters": whole("\0"),
    "an open quote": "a: '" + whole("b\n''")[:-10],
    "a long key": "a" + whole(" ")[:-10] + ": 1",
    "colons": whole("a: "),
    "tabs": whole("\t"),
    "directives": whole("%A\n"),
    "a number of a million digits": "a: " + whole("9")[:-10],
    "a hexadecimal number of a million digits": "a: 0x" + whole("f")[:-10],
    "an octal number of a million digits": "a: 0o" + whole("7")[:-10],
    "a million zeros": "a: " + whole("0")[:-10],
    "an exponent of a million digits": "a: 1e" + whole("9")[:-10],
}

NUMBERS_TO_KUBERNETES = {
    "ambiguous numbers",
    "a number of a million digits",
    "a hexadecimal number of a million digits",
    "an octal number of a million digits",
    "a million zeros",
    "an exponent of a million digits",
}
"""Which it reads, or takes for text."""


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kubernetes", [False, True], ids=["spec", "manifest"])
def test_hostile_text_is_refused_in_no_time(name: str, kubernetes: bool) -> None:
    _, findings = timed(HOSTILE[name], kubernetes=kubernetes)
    if not kubernetes or name not in NUMBERS_TO_KUBERNETES - {"ambiguous numbers"}:
        assert findings
    assert len(findings) <= MAX_MISTAKES + 1
    assert sum(found.rule == "yaml/limit" for found in findings) <= 1
    for found in findings:
        assert len(found.message) < 300
        assert found.message.isprintable()
    assert not kubernetes or all(found.rule != "yaml/ambiguous" for found in findings)


def test_blanks_and_comments_alone_are_nothing() -> None:
    for text in ("", whole("\n"), whole("#\n"), whole(" "), "# a", "\ufeff", "\ufeff# a\n"):
        assert timed(text, kubernetes=False) == ([], [])


def test_depth_up_to_the_limit_is_read() -> None:
    for levels, findings in ((64, []), (65, ["yaml/limit 1:65"])):
        assert wrong("[" * levels + "]" * levels) == findings
    for levels, findings in ((200, []), (201, ["yaml/limit 1:201"])):
        assert wrong("[" * levels + "]" * levels, kubernetes=True) == findings
        assert wrong("- " * (levels - 1) + "- a", kubernetes=True) == [
            f.replace("201", "401") for f in findings
        ]


def test_a_key_that_is_none_has_the_same_limits() -> None:
    assert wrong("? " + "- " * 100 + "a") == ["yaml/key 1:3", "yaml/limit 1:129"]
    assert wrong(HOSTILE["keys that are long lists"])[1].startswith("yaml/limit")


def test_brackets_in_text_are_no_depth() -> None:
    text = "a: |\n" + "  [x] {y}\n" * 500
    assert read(text).value == {"a": "[x] {y}\n" * 500}


def test_a_byte_order_mark_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 0755\n")
    text = read_text(tmp_path / "a.yaml", "a.yaml", root=tmp_path)
    assert wrong(text) == wrong("\ufeff" + text) == ["yaml/ambiguous 1:4"]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a: b\nc: \xff\n", 2, 4),
        (b"\xc3\x28", 1, 1),
        (b"a: \xed\xa0\x80", 1, 4),
        ("a: b".encode("utf-16"), 1, 1),
        (b"# " + b"x" * 1_000_000 + b"\n\x80", 2, 1),
    ],
)
def test_what_is_not_utf_8_is_refused_where_it_stands(
    tmp_path: Path, data: bytes, line: int, column: int
) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    with pytest.raises(Refused) as refusal:
        read_text(tmp_path / "a.yaml", "a.yaml", root=tmp_path)
    (finding,) = refusal.value.findings
    at = finding.location
    assert (finding.rule, at.line, at.column) == ("file/encoding", line, column)


# Any text.


INDICATORS = (
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a ",
    "!b ",
    "|",
    ">\n",
    "'",
    '"',
)
BLANKS = (
    "\t",
    "\n",
    "\r",
    "  ",
    "\0",
    "\x85",
    "\u2028",
    "\ufeff",
    "\uffff",
    "\U0001f600",
    "x" * 2_000,
)
OTHER_SCRAPS = (
    "%",
    "@",
    "`",
    "\\",
    "<<: ",
    "---\n",
    "...\n",
    "0755",
    "0x1F",
    ".nan",
    "1e999",
    "~",
    "yes",
)
SCRAPS = st.sampled_from([*INDICATORS, *BLANKS, *OTHER_SCRAPS])


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """An example with some of it cut out, doubled, moved or overwritten."""
    text = draw(st.sampled_from(list(SPECS.values())))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        instead = draw(st.one_of(st.just(""), SCRAPS, st.just(text[start:end] * 2), st.text()))
        text = text[:start] + instead + text[end:]
    return text


@settings(deadline=None, max_examples=200)
@given(st.one_of(spoiled(), st.text(), st.lists(SCRAPS).map("".join)), st.booleans())
def test_any_text_gets_an_answer(text: str, kubernetes: bool) -> None:
    documents, findings = timed(text, kubernetes=kubernetes)
    last = len(text.splitlines()) + 1
    for found in findings:
        assert 1 <= found.location.line <= last
        assert 1 <= found.location.column <= len(text) + 1
        assert found.message.isprintable()
    for document in documents:
        for route, _ in leaves(document.value):
            assert 1 <= document.locate(route).line <= last
            assert document.locate((*route, "more", 0)).line <= last
