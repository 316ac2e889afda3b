"""Open Policy Agent's own cases of evaluation, asked of the embedded engine.

`python -m tests.rego.conformance` prints how they came out, by folder, and writes it down.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from modelyard.policy.embedded import plain
from modelyard.policy.engine import PolicyError
from modelyard.rego.builtins import times
from modelyard.rego.errors import RegoError
from modelyard.rego.parser import parse
from modelyard.rego.policies import Library
from modelyard.rego.values import UNDEFINED
from tests.conftest import peer
from tests.peers import go

if TYPE_CHECKING:
    from collections.abc import Iterable

RECORD = Path(__file__).parent / "records" / "conformance.json"
RIGHT, REFUSED, WRONG = "right", "refused", "wrong"
SIMPLE = re.compile(r"(data(?:\.\w+)*)\s*=\s*(\w+)")
QUERY = ("conformance_query", "answers")
WORDS = {"data", "input", "some", "in", "not", "with", "as", "every", "true", "false", "null"}


@dataclass(frozen=True)
class Outcome:
    """How one case came out, and why where it is not right."""

    name: str
    folder: str
    kind: str
    why: str = ""


class _Loader(yaml.CSafeLoader):
    """Dates stay texts, as they do between YAML and JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def cases(file: Path) -> list[dict[str, Any]]:
    """The cases of one file."""
    found: list[dict[str, Any]] = yaml.load(file.read_text(), _Loader)["cases"]
    return found


def outcomes(root: Path) -> list[Outcome]:
    """How every case comes out, in the order of the files."""
    files = sorted(root.rglob("*.yaml"))
    with ProcessPoolExecutor() as pool:
        found = pool.map(_of_file, [root] * len(files), files, chunksize=40)
        return [outcome for one in found for outcome in one]


def _of_file(root: Path, file: Path) -> list[Outcome]:
    folder = file.parent.relative_to(root).as_posix()
    version = int(folder[1])
    seen: Counter[str] = Counter()
    found = []
    for case in cases(file):
        seen[case["note"]] += 1
        name = f"{folder}/{file.stem}: {case['note']}"
        name += f" ({seen[case['note']]})" if seen[case["note"]] > 1 else ""
        found.append(Outcome(name, folder, *outcome(case, version)))
    return found


def outcome(case: dict[str, Any], version: int) -> tuple[str, str]:
    """Whether a case comes out right, is refused, or comes out wrong; and why."""
    wanted = case.get("want_error") or case.get("want_error_code")
    try:
        answers = _answers(case, version)
    except (PolicyError, RegoError) as error:
        told = str(error)
        return (RIGHT, "") if wanted and wanted in told else (REFUSED, told.splitlines()[0])
    except Exception as error:
        return WRONG, f"{type(error).__name__}: {error}".splitlines()[0]
    if wanted:
        return WRONG, f"no error, but `{wanted}` was wanted"
    expected = case["want_result"] or []
    if case.get("sort_bindings"):
        answers, expected = _sorted(answers), _sorted(expected)
    if _texts(answers) == _texts(expected):
        return RIGHT, ""
    return WRONG, f"got {_shown(answers)}, want {_shown(expected)}"


def _answers(case: dict[str, Any], version: int) -> list[dict[str, Any]]:
    """Every solution of the query: what its variables are."""
    modules = [
        parse(text, f"test-{number}.rego", version)
        for number, text in enumerate(case.get("modules") or [])
    ]
    simple = SIMPLE.fullmatch(case["query"].strip())
    path = tuple(simple[1].split(".")[1:]) if simple and simple[2] not in WORDS else None
    library = Library(modules)
    if path is None or any(path[:length] in library.groups for length in range(len(path))):
        path = None
        library = Library([*modules, parse(_module(case), "query.rego", 1)])
    times.set_now(time.time_ns())
    evaluation = library.evaluation(_input(case), case.get("data") or {})
    value = library.value(evaluation, QUERY if path is None else path)
    if case.get("strict_error") and evaluation.errors:
        raise PolicyError(f"built-in error: {evaluation.errors[0]}")
    if path is None:
        return list(plain(value))
    assert simple is not None
    return [] if value is UNDEFINED else [{simple[2]: plain(value)}]


def _module(case: dict[str, Any]) -> str:
    """A rule of which every member is a solution of the query."""
    named = re.sub(r'"(?:[^"\\]|\\.)*"|`[^`]*`', '""', case["query"])
    found = set(re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?![\w(.]*\()(?!\s*:[^=])", named))
    wanted = {name for one in case.get("want_result") or [] for name in one}
    names = sorted(wanted or found - WORDS)
    members = ", ".join(f'"{name}": {name}' for name in names)
    return (
        f"package {QUERY[0]}\n\nimport rego.v1\n\n"
        f"{QUERY[1]} contains {{{members}}} if {{\n{case['query']}\n}}\n"
    )


def _input(case: dict[str, Any]) -> Any:
    if case.get("input_term") is None:
        return case.get("input", UNDEFINED)
    text = f"package input_term\n\nimport rego.v1\n\nterm := x if x := {case['input_term']}\n"
    library = Library([parse(text, "input.rego", 1)])
    return library.value(library.evaluation(UNDEFINED, {}), ("input_term", "term"))


def _texts(found: Iterable[Any]) -> set[str]:
    """Values to compare: `1` and `1.0` are one number."""
    return {json.dumps(_number(one), sort_keys=True) for one in found}


def _number(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _number(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_number(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sorted(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: sorted(value, key=json.dumps) for name, value in one.items()} for one in found]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 120 else f"{text[:119]}…"


def record(found: list[Outcome]) -> dict[str, Any]:
    """The outcomes as they are written down: counts by folder, and the names of all but the right."""
    folders: dict[str, Counter[str]] = {}
    for one in found:
        folders.setdefault(one.folder, Counter())[one.kind] += 1
    total = Counter(one.kind for one in found)
    return {
        "opa": go.PROGRAMS["opa"][1],
        "total": {kind: total[kind] for kind in (RIGHT, REFUSED, WRONG)},
        "folders": {
            name: [counts[kind] for kind in (RIGHT, REFUSED, WRONG)]
            for name, counts in sorted(folders.items())
        },
        "refused": sorted(one.name for one in found if one.kind == REFUSED),
        "wrong": {one.name: one.why for one in found if one.kind == WRONG},
    }


def main() -> int:
    folder = go.conformance_cases()
    found = outcomes(peer(folder, "the conformance cases of Open Policy Agent"))
    written = record(found)
    print(f"{'folder':40} {RIGHT:>6} {REFUSED:>8} {WRONG:>6}")
    for name, (right, refused, wrong) in written["folders"].items():
        print(f"{name:40} {right:6} {refused:8} {wrong:6}")
    print(
        f"{'all':40} {written['total'][RIGHT]:6} {written['total'][REFUSED]:8} {written['total'][WRONG]:6}"
    )
    for one in found:
        if one.kind == WRONG or ("-v" in sys.argv and one.kind == REFUSED):
            print(f"{one.kind}: {one.name}: {one.why}")
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
