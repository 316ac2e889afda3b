"""Ask the real conftest, and write down what it says: `python -m tests.conftest_commands.record`.

`CONFTEST` names the program; without it, the one on the path is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest_commands.cases import CASES, Case, write
from tests.conftest_commands.documents import DOCUMENTS, NAMES, content
from tests.conftest_commands.examples import EXAMPLES

RECORDS = Path(__file__).parent / "records"
PROGRAM = os.environ.get("CONFTEST", "conftest")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def conftest(words: list[str], where: Path, **more: Any) -> dict[str, Any]:
    run = subprocess.run(
        [PROGRAM, *words],
        cwd=where,
        env={**ENVIRONMENT, **more.get("environment", {})},
        input=more.get("stdin", b""),
        capture_output=True,
        check=False,
        timeout=60,
    )
    return {
        "stdout": run.stdout.decode(),
        "stderr": run.stderr.decode(),
        "code": run.returncode,
    }


def document(parser: str, name: str) -> dict[str, Any]:
    """What conftest makes of a document; an error keeps its words."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / NAMES[parser].format("document")
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content(parser, name))
        run = conftest(["parse", str(file)], Path(folder))
    if run["code"]:
        return {"error": run["stderr"].replace(str(file), "document").strip()}
    return {"value": json.loads(run["stdout"])}


def case(one: Case) -> dict[str, Any]:
    """What conftest does with a command line."""
    with TemporaryDirectory() as folder:
        where = Path(folder) / "work"
        write(one, where)
        return conftest(one.words, where, stdin=one.stdin, environment=dict(one.environment))


def main() -> None:
    version = conftest(["--version"], Path.cwd())["stdout"]
    pairs = [(parser, name) for parser, found in DOCUMENTS.items() for name in found]
    with ThreadPoolExecutor(4) as pool:
        documents: dict[str, dict[str, Any]] = {parser: {} for parser in DOCUMENTS}
        for (parser, name), found in zip(
            pairs, pool.map(lambda pair: document(*pair), pairs), strict=True
        ):
            documents[parser][name] = found
        cases = [*CASES, *(one.case for one in EXAMPLES)]
        commands = dict(zip((one.name for one in cases), pool.map(case, cases), strict=True))
    save("documents", {"version": version, "parsers": documents})
    save("commands", {"version": version, "commands": commands})


def save(name: str, found: Any) -> None:
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
    (RECORDS / f"{name}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
