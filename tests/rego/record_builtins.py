"""Record what Open Policy Agent's builtins answer: `python -m tests.rego.record_builtins`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from modelyard.rego.builtins.known import KNOWN, RELATION

from .builtin_cases import calls, source

RECORD = Path(__file__).parent / "records" / "builtins.json"
_HEAD = ["package calls", 'one(v) := object.get({}, "nothing", v)']


def _rule(index: int, name: str, operands: tuple[Any, ...]) -> str:
    call = source(name, operands)
    if KNOWN[name].yields == RELATION:
        return f'r{index} = x {{ x := sprintf("%v", [[[y | y := {call}[_]]]]) }}'.replace(
            f"y := {call}[_]", f"walk({call.removeprefix('walk(')[:-1]}, y)"
        )
    return f'r{index} = x {{ x := sprintf("%v", [[{call}]]) }}'


def record(opa: str) -> dict[str, Any]:
    """The outcome of every call: a value in Rego's text, an error, or nothing."""
    rows = calls()
    lines = [*_HEAD, *(_rule(index, *row) for index, row in enumerate(rows))]
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder, "calls.rego")
        policy.write_text("\n".join(lines) + "\n")
        command = [opa, "eval", "--v0-compatible", "--show-builtin-errors", "-f", "json"]
        done = subprocess.run(
            [*command, "-d", str(policy), "data.calls"], check=False, capture_output=True, text=True
        )
    if not done.stdout:
        sys.exit(done.stderr[:3000])
    answer = json.loads(done.stdout)
    if "result" not in answer:
        sys.exit(done.stdout[:3000])
    outcomes: dict[int, str] = {
        int(name[1:]): f"= {value}"
        for name, value in answer["result"][0]["expressions"][0]["value"].items()
    }
    for error in answer.get("errors", ()):
        message = error["message"]
        index = error["location"]["row"] - len(_HEAD) - 1
        outcomes[index] = f"! {message.removeprefix(rows[index][0] + ': ')}"
    version = subprocess.run([opa, "version"], check=True, capture_output=True, text=True).stdout
    return {
        "opa": version.splitlines()[0].removeprefix("Version: "),
        "outcomes": {source(*row): outcomes.get(at, "undefined") for at, row in enumerate(rows)},
    }


def main() -> None:
    """Write the record anew."""
    RECORD.parent.mkdir(exist_ok=True)
    found = record(sys.argv[1] if len(sys.argv) > 1 else "opa")
    RECORD.write_text(json.dumps(found, indent=0, ensure_ascii=True, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
