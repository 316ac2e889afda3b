"""Command lines with the files that they are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = ("stdout", "json", "tap", "table", "junit", "github", "azuredevops", "sarif")


@dataclass(frozen=True)
class Case:
    name: str
    words: list[str]
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    environment: tuple[tuple[str, str], ...] = ()
    unordered: bool = False
    """Whether conftest may print in another order: with more than one file or module."""


def write(case: Case, where: Path) -> None:
    where.mkdir(parents=True)
    for name, text in case.files.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for name, target in case.links.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)


RICH = """package main

deny contains msg if {
	input.kind != "quiet"
	msg := sprintf("bad <%s> & \\"q\\"", [input.kind])
}

deny contains {"msg": "located", "_loc": {"file": "x y.yaml", "line": 3}, "b": 1.5, "a": [{}, []]} if {
	input.kind == "located"
}

deny contains {"msg": "same file", "_loc": {"file": "a.yaml", "line": 7}} if input.kind == "located"

deny contains {"msg": "no line", "_loc": {"file": "other"}} if input.kind == "located"

deny contains {"msg": "line only", "_loc": {"line": 9}} if input.kind == "located"

deny contains {"msg": "line text", "_loc": {"line": "9"}} if input.kind == "located"

violation_x contains {"msg": "v", "details": {"z": true, "a": null}} if input.kind == "located"

warn contains "careful" if input.kind == "warned"

warn_more contains sprintf("%v", [input]) if input.kind == "warned"

deny_excused contains "excused" if input.kind == "excused"

exception contains rules if {
	input.kind == "excused"
	rules := ["excused"]
}
"""

KINDS = ("quiet", "plain", "located", "warned", "excused")

ODD = """package main

deny contains msg if {
	some msg in input.messages
}
"""

PRINTS = """package main

deny contains "x" if {
	print("one", input.a)
	print("two")
}

warn contains "y" if print("three") == 1
"""

TESTED = """package main

deny contains "x" if input.a == 1

test_deny if deny["x"] with input as {"a": 1}

test_wrong if deny["y"] with input as {"a": 1}

todo_test_later if false
"""

OTHER_TESTED = """package other.deep

test_fine if true
"""


def _formats() -> Iterator[Case]:
    for kind in KINDS:
        for form in FORMATS:
            yield Case(
                f"rich-{kind}-{form}",
                ["test", "a.yaml", "-o", form],
                {"policy/p.rego": RICH, "a.yaml": f"kind: {kind}\n"},
            )
    every = {f"{kind}.yaml": f"kind: {kind}\n" for kind in KINDS}
    for form in FORMATS:
        yield Case(
            f"many-{form}",
            ["test", *every, "-o", form],
            {"policy/p.rego": RICH, **every},
            unordered=True,
        )
        yield Case(
            f"stdin-{form}",
            ["test", "-", "-o", form],
            {"policy/p.rego": RICH},
            stdin=b"kind: plain\n",
        )
        yield Case(
            f"nothing-{form}",
            ["test", "a.yaml", "-n", "no*", "-o", form],
            {"policy/p.rego": RICH, "a.yaml": "kind: plain\n"},
        )
        yield Case(
            f"no-rules-{form}",
            ["test", "a.yaml", "-n", "absent", "-o", form],
            {"policy/p.rego": RICH, "a.yaml": "kind: plain\n"},
        )
        yield Case(
            f"verify-{form}",
            ["verify", "-o", form],
            {"policy/p.rego": TESTED},
            unordered=True,
        )
        yield Case(
            f"odd-{form}",
            ["test", "a.yaml", "-o", form],
            {
                "policy/p.rego": ODD,
                "a.yaml": 'messages: ["tab\\there", "日本語 wide", "é combining e\\u0301", "quote \' and \\"",'
                ' "  padded  ", "html <b>", "back\\\\slash", "nul\\u0000x", "esc\\e[31mred",'
                ' "del\\x7f", "emoji 😀", "zero\\u200bwidth", "bell\\a"]\n',
            },
        )
        yield Case(
            f"odd-name-{form}",
            ["test", "dir/ä b,c:d%e?#[x]'.yaml", "-o", form],
            {"policy/p.rego": ODD, "dir/ä b,c:d%e?#[x]'.yaml": "messages: [x]\n"},
        )
    for form in ("stdout", "json", "tap", "table", "junit"):
        yield Case(
            f"lines-{form}",
            ["test", "a.yaml", "-o", form],
            {
                "policy/p.rego": ODD,
                "a.yaml": 'messages: ["one\\ntwo", "three\\n\\nfour\\n", "\\nfive", "crlf\\r\\nx", "a\\n  b"]\n',
            },
        )
    yield Case(
        "format-unknown",
        ["test", "a.yaml", "-o", "nosuch", "--no-color"],
        {"policy/p.rego": RICH, "a.yaml": "kind: plain\n"},
    )
    yield Case(
        "no-color",
        ["test", "a.yaml", "--no-color"],
        {"policy/p.rego": RICH, "a.yaml": "kind: warned\n"},
    )
    yield Case(
        "suppress-exceptions",
        ["test", "a.yaml", "--suppress-exceptions"],
        {"policy/p.rego": RICH, "a.yaml": "kind: excused\n"},
    )
    yield Case(
        "hide-message",
        ["test", "a.yaml", "-o", "junit", "--junit-hide-message"],
        {"policy/p.rego": RICH, "a.yaml": "kind: located\n"},
    )
    yield Case(
        "hide-passed",
        ["test", *every, "-o", "github", "--github-hide-passed"],
        {"policy/p.rego": RICH, **every},
        unordered=True,
    )
    yield Case(
        "prints",
        ["test", "a.yaml"],
        {"policy/p.rego": PRINTS, "a.yaml": "a: [1, {b: c}]\n"},
    )
    yield Case("verify-quiet", ["verify", "--quiet"], {"policy/p.rego": OTHER_TESTED})
    yield Case(
        "verify-namespace",
        ["verify", "-n", "other.*", "-o", "json"],
        {"policy/p.rego": TESTED, "policy/q.rego": OTHER_TESTED},
    )
    yield Case(
        "verify-namespace-literal",
        ["verify", "-n", "other", "-o", "json"],
        {"policy/p.rego": TESTED, "policy/q.rego": OTHER_TESTED},
    )
    yield Case("verify-paths-ignored", ["verify", "absent.yaml"], {"policy/p.rego": OTHER_TESTED})


COUNTS = {
    "two-bodies-one-message": 'deny contains "x" if true\n\ndeny contains "x" if input\n',
    "one-body-three-messages": 'deny contains m if {\n\tsome i in [1, 2, 3]\n\tm := sprintf("%d", [i])\n}\n',
    "three-messages": 'deny contains m if some m in ["c", "a", "b"]\n',
    "not-text": 'deny contains m if some m in [1, null, true, ["x"], "y"]\n',
    "empty-message": 'deny contains m if some m in ["", "y"]\n',
    "empty-object-message": 'deny contains {"msg": "", "a": 1}\n',
    "message-missing": 'deny contains {"message": "x"}\n',
    "message-number": 'deny contains {"msg": 1}\n',
    "query-key": 'deny contains {"msg": "x", "query": "mine"}\n',
    "complete-true": "deny if true\n",
    "complete-text": 'deny := "boom"\n',
    "complete-object": 'deny["x"] := "y"\n',
    "complete-array": 'violation := [{"msg": "b"}, {"msg": "a"}, "c"]\n',
    "complete-empty-array": "deny := []\n",
    "complete-undefined": 'deny := ["x"] if false\n',
    "default": 'default deny := ["never"]\n\ndeny := ["x"] if input.a == 1\n',
    "default-alone": 'default deny := ["always"]\n',
    "else": 'deny := ["x"] if false\n\nelse := ["y"] if true\n',
    "names": 'deny_a_b2 contains "1"\n\ndeny_ contains "2"\n\ndenyfoo contains "3"\n\nwarn_1 contains "4"\n\nviolation contains "5"\n\ndeny__x contains "6"\n',
    "names-case": 'deny_Foo contains "1"\n\ndeny_foo contains "2"\n',
    "ref-head": 'deny.foo contains "1"\n\nwarn contains "x"\n',
    "exception-of-all": 'deny_a contains "x"\n\nwarn_a contains "y"\n\nviolation_a contains "z"\n\nexception contains ["a"]\n',
    "exception-of-bare": 'deny contains "x"\n\nwarn contains "y"\n\nexception contains [""]\n',
    "exception-twice": 'deny_a contains "x"\n\nexception contains ["a", "a"]\n\nexception contains ["a"] if input\n\nexception contains ["b", "a"]\n',
    "exception-of-passing": 'deny_a contains "x" if false\n\nexception contains ["a"]\n',
    "exception-prefixes": 'deny_warn_a contains "x"\n\nexception contains ["a"]\n',
    "exception-object": 'deny_a contains "x"\n\nexception := {"k": {"l": "a"}}\n',
    "exception-text": 'deny_a contains "x"\n\nexception := ["a"]\n',
    "function": "deny(x) := x\n",
    "order": 'deny_b contains "1"\n\nwarn contains "2"\n\ndeny_a contains "3"\n\ndeny_b contains "4"\n',
    "numbers": 'deny contains {"msg": "x", "a": 1.0, "b": 100000000, "c": 1e21, "d": 0.1, "e": -0.5, "f": 1e-7}\n',
    "value-types": 'deny contains {"msg": "x", "s": {1, "a"}, "n": null, "d": {"k": [1]}, "t": true}\n',
    "sorted": 'deny contains m if some m in ["b", {"msg": "a"}, "A", "ä", "aa"]\n',
    "file-info": "deny contains data.conftest.file.name\n",
    "null-input": 'deny contains "null" if input == null\n',
}


def _counts() -> Iterator[Case]:
    for name, rules in COUNTS.items():
        yield Case(
            f"count-{name}",
            ["test", "a.yaml", "-o", "json"],
            {"policy/p.rego": f"package main\n\n{rules}", "a.yaml": "a: 1\n"},
        )
    many = {
        "policy/p.rego": 'package main\n\ndeny contains sprintf("%v", [input])\n\nwarn contains "w" if input.a\n'
    }
    for name, text in (
        ("documents", "a: 1\n---\nb: 2\n---\n"),
        ("list", "- a: 1\n- b: 2\n"),
        ("empty-list", "[]\n"),
        ("empty", ""),
        ("nested-list", "- - 1\n"),
        ("list-in-documents", "- 1\n---\n- 2\n"),
        ("unsplit", "a: 1\n--- \nb: 2\n"),
    ):
        for form in ("json", "stdout"):
            yield Case(
                f"documents-{name}-{form}",
                ["test", "a.yaml", "-o", form],
                {**many, "a.yaml": text},
            )
        yield Case(
            f"combine-{name}",
            ["test", "a.yaml", "--combine", "-o", "json"],
            {**many, "a.yaml": text},
        )


COMBINED = """package main

deny contains sprintf("%v", [[c.path | some c in input]]) if true

deny contains sprintf("%v", [c.contents]) if some c in input

warn contains data.conftest.file.name
"""

SIMPLE = 'package main\n\ndeny contains "x" if input.a == 1\n\nwarn contains "w" if input.w\n'


def _flags() -> Iterator[Case]:
    base = {"policy/p.rego": SIMPLE, "a.yaml": "a: 1\n", "b.yaml": "b: 1\n", "w.yaml": "w: 1\n"}

    def one(name: str, *words: str, **more: object) -> Case:
        return Case(name, ["test", *words], base, **more)  # type: ignore[arg-type]

    yield one("flag-none")
    yield one("flag-help-unknown", "--nosuch")
    yield one("flag-short-unknown", "-z", "a.yaml")
    yield one("flag-missing-value", "a.yaml", "-o")
    yield one("flag-missing-value-long", "a.yaml", "--output")
    yield one("flag-bool-value", "a.yaml", "--no-color=true")
    yield one("flag-bool-false", "a.yaml", "--no-color", "--no-color=false")
    yield one("flag-bool-wrong", "a.yaml", "--no-color=maybe")
    yield one("flag-bool-apart", "--no-color", "a.yaml")
    yield one("flag-equals", "a.yaml", "--output=json")
    yield one("flag-short-glued", "a.yaml", "-ojson")
    yield one("flag-short-equals", "a.yaml", "-o=json")
    yield one("flag-after-dashes", "-o", "json", "--", "a.yaml")
    yield one("flag-dashes-file", "a.yaml", "--", "--no-color")
    yield one("flag-list", "a.yaml", "-p", "policy,policy")
    yield one("flag-list-quoted", "a.yaml", "-n", 'main,"b,c"', "-o", "json")
    yield one("flag-list-bare-quote", "a.yaml", "-n", 'ma"in', "-o", "json")
    yield one("flag-list-comma-last", "a.yaml", "-n", "main,", "-o", "json")
    yield one("flag-list-empty", "a.yaml", "-n", "")
    yield one("flag-namespaces", "a.yaml", "-n", "main,other", "-n", "third", "-o", "json")
    yield one("flag-empty-path", "", "a.yaml")
    yield one("flag-only-empty-path", "")
    yield one("missing-file", "absent.yaml")
    yield one("quiet-pass", "b.yaml", "--quiet")
    yield one("quiet-fail", "a.yaml", "--quiet")
    yield one("quiet-warn", "w.yaml", "--quiet", "--fail-on-warn")
    yield one("fail-on-warn", "w.yaml", "--fail-on-warn")
    yield one("fail-on-warn-failure", "a.yaml", "--fail-on-warn")
    yield one("fail-on-warn-pass", "b.yaml", "--fail-on-warn")
    yield one("no-fail", "a.yaml", "--no-fail")
    yield one("no-fail-error", "absent.yaml", "--no-fail")
    yield one("no-policy", "a.yaml", "-p", "absent")
    yield one("same-twice", "a.yaml", "a.yaml", "-o", "json")
    yield one("same-other-spelling", "a.yaml", "./a.yaml", "-o", "json", unordered=True)
    yield one("stdin-name", "-", "--stdin-filename", "in.yaml", "-o", "json", stdin=b"a: 1\n")
    yield one("stdin-name-without-stdin", "a.yaml", "--stdin-filename", "x", "-o", "json")
    yield one("stdin-parser", "-", "--parser", "json", "-o", "json", stdin=b'{"a": 1}')
    yield one("parser-unknown", "a.yaml", "--parser", "nosuch")
    yield one("parser-other", "a.yaml", "--parser", "properties", "-o", "json")
    yield one("rego-version-wrong", "a.yaml", "--rego-version", "v2")
    yield one("namespace-glob-wrong", "a.yaml", "-n", "[x*")
    yield one("namespace-glob", "a.yaml", "-n", "m?in", "-o", "json")
    yield one("namespace-glob-class", "a.yaml", "-n", "[^a-l]ain", "-o", "json")
    yield one("tls", "a.yaml", "--tls=false", "-o", "json")
    yield one(
        "environment",
        "a.yaml",
        environment=(("CONFTEST_OUTPUT", "json"), ("CONFTEST_NO_FAIL", "1")),
    )
    yield one(
        "environment-flag-wins", "a.yaml", "-o", "tap", environment=(("CONFTEST_OUTPUT", "json"),)
    )
    yield one(
        "environment-list", "a.yaml", "-o", "json", environment=(("CONFTEST_NAMESPACE", "main,b"),)
    )
    yield one("environment-bool-wrong", "a.yaml", environment=(("CONFTEST_NO_FAIL", "maybe"),))
    yield one("environment-empty", "a.yaml", environment=(("CONFTEST_OUTPUT", ""),))
    for name, file, text in (
        ("toml", "conftest.toml", 'output = "json"\nnamespace = ["main", "b"]\nno-fail = true\n'),
        ("toml-text-list", "conftest.toml", 'output = "json"\nnamespace = "main,b"\n'),
        ("yaml", "conftest.yaml", "output: json\nnamespace: [main]\n"),
        ("json", "conftest.json", '{"output": "json", "NAMESPACE": ["b"]}'),
        ("unknown-key", "conftest.toml", 'output = "json"\nnosuch = 1\n'),
        ("invalid", "conftest.toml", "output = \n"),
        ("bool-text", "conftest.toml", 'no-fail = "true"\n'),
        ("bool-number", "conftest.toml", "no-fail = 1\n"),
        ("bool-wrong", "conftest.toml", 'no-fail = "maybe"\n'),
        ("list-mixed", "conftest.toml", "namespace = [1, true]\n"),
    ):
        yield Case(f"file-{name}", ["test", "a.yaml"], {**base, file: text})
    yield Case(
        "file-named",
        ["test", "a.yaml", "-c", "x/y.toml"],
        {**base, "x/y.toml": 'output = "json"\n', "conftest.toml": 'output = "tap"\n'},
    )
    yield one("file-named-missing", "a.yaml", "-c", "absent.toml")
    yield Case(
        "file-named-other", ["test", "a.yaml", "-c", "x.txt"], {**base, "x.txt": "output = 1\n"}
    )
    yield Case(
        "file-and-environment",
        ["test", "a.yaml"],
        {**base, "conftest.toml": 'output = "tap"\nno-color = true\n'},
        environment=(("CONFTEST_OUTPUT", "stdout"),),
    )
    yield Case(
        "combine",
        ["test", "--combine", "-o", "json", "b.yaml", "a.yaml", "dir"],
        {
            "policy/p.rego": COMBINED,
            "a.yaml": "n: 1000000\n---\nx: 2\n",
            "b.yaml": "[]\n",
            "dir/c.json": '{"y": 1e6}',
        },
    )


def _discovery() -> Iterator[Case]:
    policy = {"policy/p.rego": 'package main\n\ndeny contains "x"\n'}
    tree = {
        "in/b.yaml": "a: 1\n",
        "in/a.yml": "a: 1\n",
        "in/sub/c.json": "{}",
        "in/sub/d.txt": "x",
        "in/sub.yaml": "a: 1\n",
        "in/Dockerfile": "FROM a\n",
        "in/.hidden/e.yaml": "a: 1\n",
        "in/f.YAML": "a: 1\n",
        "in/g.env": "A=1\n",
        "in/.env.local": "A=1\n",
        "in/.gitignore": "x\n",
        "in/CODEOWNERS": "* @a\n",
        "in/noextension": "x",
    }

    def one(name: str, *words: str, **more: object) -> Case:
        files = {**policy, **tree, **more.pop("files", {})}  # type: ignore[dict-item]
        return Case(name, ["test", "-o", "json", *words], files, unordered=True, **more)  # type: ignore[arg-type]

    yield one("walk", "in")
    yield one("walk-slash", "in/")
    yield one("walk-dot", "./in/sub")
    yield one("walk-ignore", "in", "--ignore", "sub/")
    yield one("walk-ignore-anchored", "in", "--ignore", r"^in/.*\.yaml$")
    yield one("ignore-named", "in/b.yaml", "in/a.yml", "--ignore", "b.yaml")
    yield one("ignore-all", "in/b.yaml", "--ignore", "b.yaml")
    yield one("ignore-wrong", "in", "--ignore", "[")
    yield one("ignore-lookahead", "in", "--ignore", "(?!x)")
    yield one("named-unsupported", "in/sub/d.txt")
    yield one("named-without-extension", "in/noextension")
    yield one("named-unsupported-parser", "in/sub/d.txt", "--parser", "yaml")
    yield one("walk-nothing", "empty", files={"empty/x.txt": "x"})
    yield one(
        "link-to-file", "in", links={"in/link.txt": "../out.yaml"}, files={"out.yaml": "a: 1\n"}
    )
    yield one(
        "link-to-directory", "in", links={"in/link": "../out"}, files={"out/o.yaml": "a: 1\n"}
    )
    yield one("link-loop", "in", links={"in/link": ".."}, files={"out/o.yaml": "a: 1\n"})
    yield one("link-named", "link.yaml", links={"link.yaml": "in/b.yaml"})
    yield one("link-named-directory", "link", links={"link": "in/sub"})
    yield one("link-named-directory-slash", "link/", links={"link": "in/sub"})
    yield one("link-broken", "in", links={"in/link.yaml": "absent"})
    yield one("link-broken-other", "in", links={"in/link.txt": "absent"})
    yield one(
        "link-deep",
        "in",
        links={"in/l1": "../x/l2", "x/l2": "./y/../../out"},
        files={"out/o.yaml": "a: 1\n", "x/y/z.txt": ""},
    )
    yield one(
        "link-ignored",
        "in",
        "--ignore",
        "link",
        links={"in/link.yaml": "../out.yaml"},
        files={"out.yaml": "a: 1\n"},
    )
    yield one("mistake", "in", files={"in/broken.yaml": "a: [\n"})


POLICIES = {
    "no-rego": {"policy/p.txt": "x"},
    "syntax": {"policy/p.rego": "package main\n\ndeny contains\n"},
    "unknown-function": {"policy/p.rego": "package main\n\ndeny contains x if x := nosuch(1)\n"},
    "if-without-contains": {"policy/p.rego": "package main\n\ndeny[msg] if msg := input.a\n"},
    "conflict": {
        "policy/p.rego": 'package main\n\ndeny contains "x"\n',
        "policy/q.rego": 'package main\n\ndeny := "y"\n',
    },
    "v0-as-v1": {"policy/p.rego": 'package main\n\ndeny[msg] { msg := "x" }\n'},
}


def _policies() -> Iterator[Case]:
    for name, files in POLICIES.items():
        yield Case(f"policy-{name}", ["test", "a.yaml"], {**files, "a.yaml": "a: 1\n"})
    yield Case(
        "policy-v0",
        ["test", "a.yaml", "--rego-version", "v0", "-o", "json"],
        {"policy/p.rego": 'package main\n\ndeny[msg] { msg := "x" }\n', "a.yaml": "a: 1\n"},
    )
    yield Case(
        "builtin-error",
        ["test", "a.yaml", "-o", "json"],
        {
            "policy/p.rego": 'package main\n\ndeny contains "x" if to_number("A") == 1\n',
            "a.yaml": "",
        },
    )
    yield Case(
        "builtin-error-shown",
        ["test", "a.yaml", "--show-builtin-errors"],
        {
            "policy/p.rego": 'package main\n\ndeny contains "x" if to_number("A") == 1\n',
            "a.yaml": "",
        },
    )
    yield Case(
        "data",
        ["test", "a.yaml", "-d", "d", "-o", "json"],
        {
            "policy/p.rego": "package main\n\ndeny contains data.sub.msg\n",
            "d/sub/x.yaml": "msg: from data\n",
            "a.yaml": "a: 1\n",
        },
    )
    yield Case(
        "data-missing", ["test", "a.yaml", "-d", "nosuch"], {"policy/p.rego": SIMPLE, "a.yaml": ""}
    )
    yield Case(
        "all-namespaces",
        ["test", "a.yaml", "--all-namespaces", "-o", "json"],
        {
            "policy/a.rego": 'package main\n\ndeny contains "x"\n',
            "policy/b.rego": 'package main.gke\n\ndeny contains "y"\n',
            "policy/c.rego": 'package lib.a_b\n\ndeny contains "z"\n',
            "a.yaml": "a: 1\n",
        },
        unordered=True,
    )
    yield Case(
        "namespace-quoted",
        ["test", "a.yaml", "--all-namespaces", "-o", "json"],
        {"policy/c.rego": 'package lib["a-b"]\n\ndeny contains "z"\n', "a.yaml": "a: 1\n"},
    )


CASES = [*_formats(), *_counts(), *_flags(), *_discovery(), *_policies()]
