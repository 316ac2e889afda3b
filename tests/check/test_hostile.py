"""Manifests that somebody wrote to do harm: each is told or refused, soon, in bounded memory, in words.

Because a test that fails could take the whole machine's memory, each runs in a process of its own,
which the operating system stops a little later than we should.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from modelyard.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Shop

HARD, PATIENCE, MEMORY = 3 << 30, 120, 1 << 30
START = """
import atexit, sys
def peak():
    with open("/proc/self/status") as status, open(sys.argv[1], "w") as file:
        file.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
atexit.register(peak)
from modelyard.cli import main
sys.exit(main(sys.argv[2:]))
"""


@dataclass(frozen=True)
class Run:
    code: int
    err: str
    seconds: float
    peak: int
    reports: dict[str, str]

    @property
    def rules(self) -> set[str]:
        found: list[dict[str, str]] = json.loads(self.reports["json"])["findings"]
        return {one["rule"] for one in found}


def check(root: Path, *words: str, out: Path | None = None) -> Run:
    """`modelyard check` in all formats; told in words, whatever it was given."""
    out = out or root.parent / "reports"
    targets = [word for name in FORMATS for word in ("-o", f"{name}={out / name}")]
    start = time.monotonic()
    command = [sys.executable, "-c", START, str(out / "peak"), "check", *words, *targets]
    out.mkdir(exist_ok=True)
    with (out / "err").open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=root,
            stdout=err,
            stderr=err,
            env={**os.environ, "A_PASSWORD": "hunter2"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (HARD, HARD)),
        )
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        _, status, _ = os.wait4(process.pid, 0)
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    run = Run(
        process.returncode,
        (out / "err").read_text(errors="replace"),
        time.monotonic() - start,
        int((out / "peak").read_text()) << 10 if (out / "peak").exists() else HARD,
        {name: (out / name).read_text() for name in FORMATS if (out / name).exists()},
    )
    assert "Traceback" not in run.err, run.err[-1500:]
    assert run.code in (0, 1, 2), (run.code, run.err[-600:])
    assert set(run.reports) == set(FORMATS)
    assert run.peak < MEMORY, run.peak >> 20
    for text in run.reports.values():
        assert not [c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
        assert "hunter2" not in text
    return run


def manifest(kind: str, rest: str = "", version: str = "v1", name: str = "a") -> str:
    head = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: b}}\n"
    return f"{head}{rest}"


def many(count: int, make: Callable[[int], str]) -> str:
    return "---\n".join(make(number) for number in range(count))


CONFIG = manifest("ConfigMap")
DEEP = 100_000
RULES = "monitoring.coreos.com/v1"


def definition(schema: object) -> str:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    names = {"kind": "A", "plural": "as"}
    spec = {"group": "x.io", "names": names, "scope": "Namespaced", "versions": [version]}
    crd = "apiextensions.k8s.io/v1"
    return manifest("CustomResourceDefinition", f"spec: {json.dumps(spec)}\n", crd, "as.x.io")


def dashboard(text: str) -> str:
    return CONFIG + f"data:\n  d.json: {json.dumps(text)}\n"


def alert(expression: str) -> str:
    rule = f"{{alert: A, expr: {json.dumps(expression)}}}"
    return manifest("PrometheusRule", f"spec: {{groups: [{{name: g, rules: [{rule}]}}]}}\n", RULES)


# What a file holds, and a rule that must say so; any or none where nothing is asked.
FILES: dict[str, tuple[str | bytes, str]] = {
    "brackets": (CONFIG + "data: " + "[" * DEEP, "yaml/limit"),
    "braces that close": (CONFIG + "data: " + '{"a":' * DEEP + "1" + "}" * DEEP, "yaml/limit"),
    "blocks": (CONFIG + "\n".join(f"{' ' * i}a:" for i in range(3000)), "yaml/limit"),
    "nearly too deep": (CONFIG + f"data: {'{a: ' * 190}1{'}' * 190}\n", "schema/type"),
    "a bomb": (
        CONFIG + "a: &a [x, x]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(99)),
        "yaml/alias",
    ),
    "keys twice": (CONFIG + CONFIG, "yaml/duplicate-key"),
    "documents that are not split": (CONFIG + "--- # x\n" + CONFIG, "yaml/separator"),
    "no objects": ("--- x\n" * 100_000, "file/missing"),
    "nothing": ("---\n" * 100_000, ""),
    "a number": (CONFIG + f"data: {{a: 1{'0' * 1_000_000}}}\n", ""),
    "numbers": (CONFIG + "data: {a: 1e999, b: .inf, c: .nan, d: 0o17, e: 1:30}\n", "schema/type"),
    "keys of all sorts": (
        CONFIG + "data:\n  ? [a]\n  : 1\n  ~: 1\n  '': 1\n  1: 1\n  '01': 2\n",
        "yaml/key",
    ),
    "a long key": (CONFIG + f"? {'k' * 100_000}\n: {{a: 1}}\n", "schema/unknown-field"),
    "a long kind": (f"apiVersion: x.io/v1\nkind: {'K' * 5000}\n", "schema/unchecked-kind"),
    "a kind that is a path": (
        "apiVersion: ../../../etc\nkind: ../../passwd\n",
        "schema/unchecked-kind",
    ),
    "long names": (manifest("ConfigMap", "x: 1\n", name="a" * 100_000), "schema/unknown-field"),
    "wrong types": (
        "apiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: [a], namespace: {b: c}, labels: 5, annotations: [x]}\n",
        "schema/type",
    ),
    "metadata that is none": ("apiVersion: v1\nkind: Pod\nmetadata: x\nspec: [1]\n", "schema/type"),
    "another encoding": (CONFIG.encode("utf-16"), "file/encoding"),
    "a zero byte": (CONFIG.encode() + b"a: \0\n", "yaml/character"),
    "half a character": (b'{\n"apiVersion": "v1", "kind": "\\ud800"}', "yaml/syntax"),
    "many fields": (CONFIG + "".join(f"f{i}: 1\n" for i in range(100_000)), "check/more"),
    "a definition that is deep": (
        definition(json.loads('{"type":"object","properties":{"a":' * 40 + "{}" + "}}" * 40)),
        "",
    ),
    "a pattern": (
        definition({"properties": {"spec": {"type": "string", "pattern": "^(a+)+$"}}})
        + "---\n"
        + manifest("A", f"spec: {'a' * 60}b\n", "x.io/v1"),
        "schema/value",
    ),
    "a schema from elsewhere": (
        definition({"$ref": "file:///etc/passwd", "properties": {"a": {"$ref": "http://[::1]:9"}}}),
        "",
    ),
    "a schema that is none": (definition({"type": 5, "anyOf": 5, "properties": [1]}), ""),
    "a dashboard that is deep": (dashboard('{"panels":' * DEEP + "1" + "}" * DEEP), "yaml/limit"),
    "a dashboard that hides its depth": (
        CONFIG.replace("b}", "b, labels: {grafana_dashboard: '1'}}")
        + 'data: {"d.json": "'
        + "\\x5b" * DEEP
        + '"}\n',
        "grafana/invalid-json",
    ),
    "a dashboard of numbers": (
        dashboard(f'{{"panels": [{{"id": 1e999, "x": 1{"0" * 9999}}}], "uid": NaN}}'),
        "",
    ),
    "parentheses": (alert("(" * DEEP + "1" + ")" * DEEP), "prometheus/invalid-promql"),
    "a sum": (alert("+".join(["1"] * DEEP)), "prometheus/invalid-promql"),
    "calls": (alert("abs(" * 3000 + "x" + ")" * 3000), "prometheus/invalid-promql"),
    "a matcher": (alert('x{a=~"(' + "a{1000}" * 5 + '){1000}"}'), "prometheus/invalid-promql"),
    "alerts": (
        manifest("PrometheusRule", "spec:\n  groups:\n  - name: g\n    rules:\n", RULES)
        + "".join(f"    - {{alert: A{i}, expr: 'rate(x_total[5m]) > 0'}}\n" for i in range(6000)),
        "prometheus/alert-without-for",
    ),
    "panels": (
        dashboard(json.dumps({"panels": [{"id": i, "type": "graph"} for i in range(6000)]})),
        "grafana/angular-panel",
    ),
    "variables": (
        manifest("Pod", "spec:\n  containers:\n  - name: a\n    image: x\n    env:\n")
        + "".join(f"    - {{name: A{i}, value: $(A{i - 1})}}\n" for i in range(1000)),
        "",
    ),
    "quantities": (
        manifest("Pod", "spec:\n  containers:\n")
        + "".join(
            f"  - {{name: c{i}, image: x, resources: {{limits: {{cpu: '{q}', memory: '{q}'}}}}}}\n"
            for i, q in enumerate(["1e999999999", "9" * 10_000, "NaN", "-1", "1e-999999999Ei", ""])
        ),
        "",
    ),
    "exceptions": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n"
        f"    modelyard.dev/exceptions: {json.dumps('- {rule: x}' + chr(10) + '- &a [*a]')}\n",
        "exceptions/unreadable",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_told_in_words(tmp_path: Path, name: str) -> None:
    text, rule = FILES[name]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/a.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    run = check(tmp_path / "theirs", ".")
    assert rule in run.rules or not rule


@pytest.mark.parametrize("name", ["brackets", "a bomb", "wrong types", "many fields", "quantities"])
def test_a_hostile_file_in_a_rendered_tree_is_told_in_words(shop: Shop, name: str) -> None:
    text, rule = FILES[name]
    assert shop.run("render", "fraud-detection", "--env", "dev").code == 0
    place = shop.root / "deploy/dev/fraud-detection"
    for file in ("mine.yaml", "service.yaml"):
        (place / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    run = check(shop.root, "fraud-detection", "--env", "dev")
    assert rule in run.rules or not rule
    assert {"tree/foreign-file", "tree/hand-edited"} <= run.rules


def test_a_file_of_a_size_that_nobody_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    with (tmp_path / "theirs/a.yaml").open("wb") as file:
        file.truncate(8 << 30)
    assert "file/size" in check(tmp_path / "theirs", ".").rules


def test_more_than_all_memory_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    for number in range(40):
        with (tmp_path / f"theirs/{number}.yaml").open("wb") as file:
            file.truncate(7 << 20)
    run = check(tmp_path / "theirs", ".")
    assert (run.code, run.rules) == (2, {"file/size"})
    assert "more than 256 MiB" in run.reports["text"]


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda i: f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}}}\n", "yaml/limit"),
        (lambda i: f"apiVersion: x/v1\nkind: K{i}\n", "schema/unchecked-kind"),
    ],
)
def test_a_hundred_thousand_objects_in_a_file_are_checked_or_refused(
    tmp_path: Path, make: Callable[[int], str], rule: str
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/a.yaml").write_text(many(100_000, make))
    assert rule in check(tmp_path / "theirs", ".").rules


def test_links_that_lead_out_are_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(manifest("Secret", "stringData: {a: hunter2}\n"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.yaml").write_text(manifest("Secret", "data: {a: hunter2}\n"))
    here = tmp_path / "theirs"
    (here / "inner").mkdir(parents=True)
    (here / "real.yaml").write_text(CONFIG)
    (here / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (here / "folder").symlink_to(tmp_path / "elsewhere")
    (here / "loop.yaml").symlink_to("loop.yaml")
    (here / "round").symlink_to(".")
    (here / "inner/up.yaml").symlink_to("../real.yaml")
    os.mkfifo(here / "pipe.yaml")
    run = check(here, ".")
    found = json.loads(run.reports["json"])
    outside = [
        one["location"]["file"] for one in found["findings"] if one["rule"] == "file/outside"
    ]
    assert outside == ["folder", "out.yaml"]
    assert found["summary"]["objects"] == 1
    assert {"file/kind", "file/unreadable"} <= run.rules


def test_names_of_files_and_objects_give_no_commands(tmp_path: Path) -> None:
    here = tmp_path / "theirs"
    here.mkdir()
    name = "a\n::error::injected\x1b[2J\u202e##[error]x"
    (here / f"{name}.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {json.dumps(name)}}}\nx: 1\n"
    )
    (here / "::error::y.yaml").write_text(CONFIG + "x: 1\n")
    (here / os.fsdecode(b"\xff\xfe.yaml")).write_text(CONFIG + "x: 1\n")
    run = check(here, ".")
    for form, text in run.reports.items():
        told = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert form == "github" or not told
        assert not [line for line in told if "injected" in line.partition("::")[0]]
        assert form == "github" or "##[" not in text


SECRETS = (
    manifest("Secret", "data: {a: 86753090, b: hunter2, c: [hunter2]}\nstringData: {p: 086753090}\n")
    + "---\n"
    + manifest("ConfigMap", "data: {DB_PASSWORD: 86753090, token: [hunter2], url: 'x://u:hunter2@h'}\n")
    + "---\n"
    + manifest(
        "Pod",
        "spec:\n  containers:\n  - name: a\n    image: x\n    command: [run, --token, 86753090]\n"
        "    args: ['--password=hunter2', 'curl https://u:hunter2@h/x']\n    env:\n"
        "    - {name: DB_PASSWORD, value: 86753090}\n    - {name: API_KEY, value: hunter2}\n"
        "    - {name: TOKEN, value: 086753090}\n    - {name: API_KEY, value: hunter22}\n"
        "    livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: Authorization, value: 86753090}]}}\n",
    )
    + "---\n"
    + manifest("ExternalSecret", "spec: {target: {template: {data: {password: 86753090}}}}\n")
)  # fmt: skip


def test_secrets_are_found_and_never_printed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/a.yaml").write_text(SECRETS)
    run = check(tmp_path / "theirs", ".")
    assert {"secrets/plain-secret", "secrets/literal-in-environment", "schema/type"} <= run.rules
    for form, text in run.reports.items():
        assert "86753090" not in text, form
    assert "a secret of 8 characters" in run.reports["text"]
