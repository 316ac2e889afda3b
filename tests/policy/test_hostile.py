"""Policies and inputs that somebody wrote to do harm: each is stopped soon, and says where.

Because a test that fails could take the whole machine's memory, each runs in a process of its own,
which the operating system stops a little later than we should.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, MEMORY = 0.6, 96 << 20
HARD, PATIENCE = 3 << 30, 15
START = f"""
import atexit, functools, sys
def peak():
    with open("/proc/self/status") as status, open("peak", "w") as file:
        file.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
atexit.register(peak)
from modelyard.policy import embedded, limits
embedded.Watch = functools.partial(limits.Watch, {SECONDS}, {MEMORY})
from modelyard.cli import main
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str
    seconds: float
    peak: int


def run(folder: Path, *words: str, command: str = "test") -> Run:
    """`modelyard test`, with less time and memory than usual; and what it took."""
    start = time.monotonic()
    (folder / "peak").unlink(missing_ok=True)
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", START, command, *words],
            cwd=folder,
            stdout=out,
            stderr=err,
            env={**os.environ, "A_PASSWORD": "hunter2"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (HARD, HARD)),
        )
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        _, status, _ = os.wait4(process.pid, 0)
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    peak = folder / "peak"
    return Run(
        process.returncode,
        (folder / "out").read_text(errors="surrogateescape"),
        (folder / "err").read_text(errors="surrogateescape"),
        time.monotonic() - start,
        int(peak.read_text()) << 10 if peak.exists() else HARD,
    )


def policy(folder: Path, body: str) -> None:
    (folder / "policy").mkdir(exist_ok=True)
    (folder / "policy/main.rego").write_text(f"package main\n\n{body}\n")
    (folder / "x.yaml").write_text("kind: Service\nname: web\n")


def refused(found: Run, *said: str) -> None:
    """It ended as a refusal: exit code 1, an error in words, no traceback, and soon."""
    assert found.code == 1, (found.code, found.err[-600:])
    assert "Error: " in found.err
    assert "Traceback" not in found.err
    for words in said:
        assert re.search(words, found.err), found.err[:600]
    assert len(found.err) < 2000
    assert found.seconds < SECONDS + 4
    assert found.peak < 4 * MEMORY + (160 << 20)


@pytest.mark.parametrize(
    "body",
    [
        'deny contains http.send({"method": "GET", "url": "http://127.0.0.1:9"}).body',
        'deny contains net.lookup_ip_addr("example.com")[_]',
        'deny contains "x" if count(http.send) > 0 with http.send as 1',
    ],
)
def test_a_policy_never_reaches_the_network(tmp_path: Path, body: str) -> None:
    policy(tmp_path, body)
    refused(run(tmp_path, "x.yaml"), r"policy/main\.rego:3")


def test_a_policy_never_sees_the_environment(tmp_path: Path) -> None:
    policy(tmp_path, "deny contains value if some value in opa.runtime().env")
    found = run(tmp_path, "x.yaml")
    assert "hunter2" not in found.out + found.err
    policy(tmp_path, 'deny contains sprintf("%v", [opa.runtime()])')
    found = run(tmp_path, "x.yaml")
    assert "hunter2" not in found.out + found.err


ENDLESS = {
    "nested ranges": """deny contains "x" if {
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b == -1
}""",
    "a product": """n := numbers.range(1, 3000)

deny contains "x" if {
	some a, b, c in n
	a + b + c < 0
}""".replace("some a, b, c in n", "some a in n; some b in n; some c in n"),
    "a comprehension": 'deny contains "x" if count([1 | some a in numbers.range(1, 5000); some b in numbers.range(1, 50000); a == -b]) > 0',
    "functions": """f(x) := sum([y | some y in numbers.range(1, x)])

deny contains "x" if {
	every i in numbers.range(1, 100000) { f(20000 + i) > 0 }
}""",
    "a pattern": 'deny contains "x" if regex.match(`^(a+)+$`, concat("", [concat("", [c | some i in numbers.range(1, 60); c := "a"]), "b"]))',
    "alternatives": 'deny contains "x" if regex.match(`^(a|a|b?)*c`, concat("", [c | some i in numbers.range(1, 5000); c := "a"]))',
    "a glob": 'deny contains "x" if glob.match("*a*a*a*a*a*a*a*a*a*a*b", ["."], concat("", [c | some i in numbers.range(1, 5000); c := "a"]))',
    "replacements": 'deny contains "x" if count(regex.replace(concat("", [c | some i in numbers.range(1, 40000); c := "a"]), `(a*)*b`, "$1")) == 0',
    "a graph": 'deny contains "x" if count({n | some k in numbers.range(1, 3000); some n in graph.reachable({i: s | some i in numbers.range(1, 3000); s := [i + 1]}, {k})}) < 0',
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_rule_that_does_not_end_is_stopped(tmp_path: Path, name: str) -> None:
    policy(tmp_path, ENDLESS[name])
    found = run(tmp_path, "x.yaml")
    if (
        found.code == 0
    ):  # It was no work at all, or too much for a builtin, which is undefined then.
        assert found.seconds < SECONDS + 4
        return
    refused(found, r"policy/main\.rego:\d+")


LARGE = {
    "a list": 'deny contains "x" if count([s | some i in numbers.range(1, 30000000); s := sprintf("%d", [i])]) < 0',
    "a range": 'deny contains "x" if count(numbers.range(1, 100000000000)) < 0',
    "a range of steps": 'deny contains "x" if count(numbers.range_step(1, 100000000000, 2)) < 0',
    "a text that doubles": """t0 := "0123456789abcdef"

"""
    + "\n\n".join(f't{i} := concat("", [t{i - 1}, t{i - 1}])' for i in range(1, 36))
    + '\n\ndeny contains "x" if count(t35) == 0',
    "a list that doubles": "t0 := [1, 2]\n\n"
    + "\n\n".join(f"t{i} := array.concat(t{i - 1}, t{i - 1})" for i in range(1, 36))
    + '\n\ndeny contains "x" if count(t35) == 0',
    "a number that doubles": "t0 := 123456789\n\n"
    + "\n\n".join(f"t{i} := t{i - 1} * t{i - 1}" for i in range(1, 36))
    + '\n\ndeny contains sprintf("%v", [t35])',
    "a shift": 'deny contains sprintf("%v", [bits.lsh(1, 100000000000)])',
    "a power": 'deny contains sprintf("%v", [to_number("1e999999999")])',
    "a power in JSON": 'deny contains sprintf("%v", [json.unmarshal("[1e999999999]")])',
    "a power in units": 'deny contains sprintf("%v", [units.parse("1e999999999")])',
    "a width": 'deny contains sprintf("%99999999999d", [1])',
    "a precision": 'deny contains sprintf("%.99999999999f", [1.5])',
    "addresses": 'deny contains "x" if count(net.cidr_expand("0.0.0.0/0")) < 0',
    "replacing": 'deny contains "x" if count(replace(replace(replace(replace("aaaaaaaaaaaaaaaa", "a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"), "b", "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"), "c", "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"), "d", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")) < 0',
    "messages": 'deny contains sprintf("%d", [i]) if some i in numbers.range(1, 50000000)',
    "a set of sets": 'deny contains "x" if count({{i, j} | some i in numbers.range(1, 20000); some j in numbers.range(1, 20000)}) < 0',
}


@pytest.mark.parametrize("name", LARGE)
def test_a_rule_that_wants_too_much_memory_is_stopped(tmp_path: Path, name: str) -> None:
    policy(tmp_path, LARGE[name])
    found = run(tmp_path, "x.yaml")
    if found.code == 0:  # Beyond a builtin, which is undefined then, as other mistakes are.
        assert found.seconds < SECONDS + 4
        assert found.peak < 4 * MEMORY
        return
    if found.out:  # It could be done after all.
        assert found.peak < 4 * MEMORY
        assert len(found.out) < 100_000
        return
    refused(found, r"policy/main\.rego:\d+")


@pytest.mark.parametrize(
    "body",
    [
        "f(x) := f(x)\n\ndeny contains f(1)",
        "f(x) := g(x)\n\ng(x) := f(x)\n\ndeny contains f(1)",
        "a contains x if some x in b\n\nb contains x if some x in a\n\ndeny contains x if some x in a",
        "deny contains x if some x in data.main.deny",
        "f(x) := data.main[x](x)\n\ndeny contains f(1)",
        "deny contains x if some x in data.main[input.rule]",
    ],
)
def test_rules_that_need_themselves_are_refused(tmp_path: Path, body: str) -> None:
    policy(tmp_path, body)
    refused(run(tmp_path, "x.yaml"), r"policy/main\.rego:\d+")


DEEP = 100_000
NESTED = {
    "x.json": "[" * DEEP + "]" * DEEP,
    "objects.json": '{"a":' * DEEP + "1" + "}" * DEEP,
    "x.yaml": "[" * 20_000 + "]" * 20_000,
    "blocks.yaml": "\n".join(f"{' ' * i}a:" for i in range(3000)),
    "x.toml": "a = " + "[" * DEEP + "]" * DEEP,
    "keys.toml": "a." * DEEP + "b = 1",
    "x.xml": "<a>" * DEEP + "</a>" * DEEP,
    "bomb.yaml": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n"
        for p, c in zip("abcdefghij", "bcdefghijk", strict=True)
    ),
    "bomb.xml": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {c} "{f"&{p};" * 10}">' for p, c in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><x>&j;</x>",
    "outside.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "number.json": '{"a": 1' + "0" * 1_000_000 + "}",
    "power.json": '{"a": 1e999999999}',
    "digits.yaml": "a: 1" + "0" * 1_000_000,
    "sexagesimal.yaml": "a: " + "1:" * 100_000 + "1",
}


@pytest.mark.parametrize("name", NESTED)
def test_an_input_that_is_too_much_is_refused_by_name(tmp_path: Path, name: str) -> None:
    policy(
        tmp_path,
        'warn contains count(json.marshal(input))\n\ndeny contains "x" if walk(input, [["never"], _])',
    )
    (tmp_path / name).write_text(NESTED[name])
    found = run(tmp_path, name)
    assert "root:" not in found.out + found.err
    if found.code == 0:
        assert found.seconds < SECONDS + 4
        assert found.peak < 4 * MEMORY
        return
    refused(found, re.escape(name))


def test_a_document_that_a_policy_makes_may_be_deep_too(tmp_path: Path) -> None:
    deep = 'concat("", [c | some i in numbers.range(1, 100000); c := "["])'
    policy(
        tmp_path,
        f'deny contains sprintf("%v", [json.unmarshal({deep})])\n\nwarn contains "x" if json.is_valid({deep})',
    )
    found = run(tmp_path, "x.yaml")
    assert "Traceback" not in found.err
    assert found.code in (0, 1)


def test_an_input_of_a_size_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    policy(tmp_path, "deny contains input.kind")
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(8 << 30)
    refused(run(tmp_path, "large.yaml"), r"large\.yaml")


SOURCES = {
    "brackets": f"deny contains {'[' * 20_000}",
    "closed brackets": f"x := {'[' * 5000}{']' * 5000}",
    "parentheses": f"x := {'(' * 5000}1{')' * 5000}",
    "operators": f"x := {' + '.join(['1'] * 50_000)}",
    "not": f"deny contains 1 if {'not ' * 5000}true",
    "references": f"x := input{'.a' * 50_000}",
    "else": f"x := 1 if input.a {'else := 2 if input.b ' * 5000}",
    "comprehensions": f"x := {'[y | y := ' * 3000}1{']' * 3000}",
    "calls": f'x := {"upper(" * 5000}"a"{")" * 5000}',
    "zeros": "x := 1" + "0" * 1_000_000,
    "power": "x := 1e999999999",
    "text": 'x := "' + "a" * 100,
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_policy_that_no_person_wrote_is_read_or_refused(tmp_path: Path, name: str) -> None:
    policy(tmp_path, SOURCES[name])
    found = run(tmp_path, "x.yaml")
    assert found.seconds < 15
    assert "Traceback" not in found.err, found.err[-500:]
    assert found.code in (0, 1)
    if found.code:
        assert re.search(r"policy/main\.rego:\d+", found.err), found.err[:300]


def test_data_stays_below_what_was_named(tmp_path: Path) -> None:
    policy(tmp_path, "deny contains data.secret")
    (tmp_path / "outside.yaml").write_text("secret: hunter2\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/link.yaml").symlink_to(tmp_path / "outside.yaml")
    found = run(tmp_path, "x.yaml", "--data", "data")
    refused(found, r"data/link\.yaml")
    assert "hunter2" not in found.out + found.err
    (tmp_path / "data/link.yaml").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret.yaml").write_text("secret: hunter2\n")
    (tmp_path / "data/folder").symlink_to(tmp_path / "elsewhere")
    found = run(tmp_path, "x.yaml", "--data", "data")
    assert "hunter2" not in found.out + found.err
    (tmp_path / "data/folder").unlink()
    (tmp_path / "data/round").symlink_to(tmp_path / "data")
    found = run(tmp_path, "x.yaml", "--data", "data")
    assert found.seconds < 5
    os.mkfifo(tmp_path / "data/pipe.yaml")
    refused(run(tmp_path, "x.yaml", "--data", "data"), r"data/pipe\.yaml")


@pytest.mark.parametrize(
    "place",
    ["../outside.yaml", "/etc/hostname", "inside/../../outside.yaml", "link.yaml", "x\\u0000y"],
)
def test_a_policy_reads_no_file_but_those_beside_it(tmp_path: Path, place: str) -> None:
    policy(tmp_path, f'deny contains sprintf("%v", [parse_config_file("{place}")])')
    (tmp_path / "outside.yaml").write_text("secret: hunter2\n")
    (tmp_path / "policy/inside").mkdir()
    (tmp_path / "policy/link.yaml").symlink_to(tmp_path / "outside.yaml")
    for flags in ((), ("--show-builtin-errors",)):
        found = run(tmp_path, "x.yaml", *flags)
        assert "hunter2" not in found.out + found.err
        assert "Traceback" not in found.err
        if found.out:
            assert "0 failures" in found.out
        else:
            assert found.code == 1
            assert re.search(r"policy/main\.rego:3", found.err), found.err


FORMATS = ("stdout", "json", "tap", "table", "junit", "github", "azuredevops", "sarif")
WORST = "\x1b[2J\x1b]0;title\x07ok\r\n::error file=a::injected\n##vso[task.setvariable]x\x9b1m\u202e\x00"


@pytest.mark.parametrize("form", FORMATS)
def test_a_message_moves_no_cursor_and_gives_no_command(tmp_path: Path, form: str) -> None:
    policy(
        tmp_path,
        f"deny contains {json.dumps(WORST)}\n\nwarn contains input.text\n\nwarn contains x if {{ print(input.text); x := 1 }}",
    )
    (tmp_path / "y.json").write_text(json.dumps({"text": WORST + "y"}))
    found = run(tmp_path, "y.json", "-o", form, "--no-color")
    assert found.code == 1, found.err
    assert not set(found.out + found.err) & {"\x1b", "\x07", "\x00", "\x9b"}
    if form in ("github", "azuredevops", "stdout"):
        assert not any(
            line.startswith(("::error file=a", "##vso[task.set")) for line in found.out.splitlines()
        )


def test_a_name_of_a_file_gives_no_command(tmp_path: Path) -> None:
    policy(tmp_path, 'deny contains "x"')
    name = "a\n::error::injected\x1b[2J.yaml"
    (tmp_path / name).write_text("kind: x\n")
    for form in FORMATS:
        found = run(tmp_path, name, "-o", form, "--no-color")
        assert "\x1b" not in found.out + found.err
        if form in ("github", "azuredevops"):
            assert not any(line.startswith("::error::inj") for line in found.out.splitlines())


def test_the_error_of_a_test_is_bounded_too(tmp_path: Path) -> None:
    policy(tmp_path, ENDLESS["nested ranges"].replace('deny contains "x"', "test_x"))
    refused(run(tmp_path, command="verify"), r"policy/main\.rego:\d+")
