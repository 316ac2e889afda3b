"""What conftest says of the samples of rules in Rego, recorded: `python -m tests.policies.record`.

Each sample is asked about by itself and all of them together, as `--combine` has it; with what is true
of the shipped production environment as data, and without.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from modelyard.policy.embedded import Embedded, load
from modelyard.policy.engine import Options
from tests.peers import go
from tests.policies import samples

RECORD = Path(__file__).parent / "records" / "conftest.json"
WAYS = ("alone", "alone, environment known", "together", "together, environment known")

Told = dict[str, list[list[Any]]]
"""By rule and file: message and route, in order."""


def rules() -> dict[str, str]:
    """The rules in Rego, by package."""
    found = (rule.name for rule in samples.every_rule().values() if rule.language == "rego")
    return {name.replace("-", "_").replace("/", "."): name for name in found}


def sample_files() -> list[str]:
    """The samples of rules in Rego, below the repository."""
    return [f"policies/{name}/{kind}.yaml" for name in rules().values() for kind in ("bad", "good")]


def data(folder: Path) -> Path:
    """A file of what is true of the environment."""
    environment = samples.context().environment
    assert environment is not None
    spec = environment.model_dump(mode="json", by_alias=True, exclude_none=True)
    path = folder / "environment.json"
    path.write_text(json.dumps({"environment": spec}))
    return path


def of_conftest(program: Path, files: list[str], way: str, folder: Path) -> Told:
    """What the real conftest says."""
    words = [str(program), "test", "--all-namespaces", "--output=json", "--policy=policies"]
    words += ["--combine"] if way.startswith("together") else []
    words += ["--data", str(data(folder))] if way.endswith("known") else []
    done = subprocess.run(
        [*words, *files], cwd=samples.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    told: Told = {}
    for result in json.loads(done.stdout):
        for failure in result.get("failures") or ():
            _tell(
                told, result["namespace"], result["filename"], failure["msg"], failure["metadata"]
            )
    return _ordered(told)


def of_engine(files: list[str], way: str, folder: Path) -> Told:
    """What the embedded engine says."""
    known = [str(data(folder))] if way.endswith("known") else []
    engine = load([str(samples.POLICIES)], Options(data=known))
    told: Told = {}
    if way.startswith("together"):
        contents = [
            {"path": file, "contents": value} for file in files for value in _documents(file)
        ]
        _ask(engine, told, "Combined", contents)
    else:
        for file in files:
            for value in _documents(file):
                _ask(engine, told, file, value)
    return _ordered(told)


def _documents(file: str) -> list[Any]:
    path = samples.ROOT / file
    return (
        json.loads(path.read_text())
        if path.suffix == ".json"
        else [document.value for document in samples.read(path).documents]
    )


def _ask(engine: Embedded, told: Told, file: str, value: Any) -> None:
    document = engine.document(value, file)
    for package in rules():
        for found in document.rule(package, "deny").values:
            _tell(told, package, file, found["msg"], found)


def _tell(told: Told, package: str, file: str, message: str, found: dict[str, Any]) -> None:
    # Together the first step is a number, by an order that conftest leaves to chance.
    route = found["route"][1:] if file == "Combined" else found["route"]
    told.setdefault(f"{rules()[package]} {file}", []).append([message, route])


def _ordered(told: Told) -> Told:
    return {key: sorted(told[key], key=json.dumps) for key in sorted(told)}


def main() -> int:
    """Write the record anew."""
    program = go.install("conftest")
    if program is None:
        print("conftest could not be had", file=sys.stderr)
        return 1
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        said = {way: of_conftest(program, sample_files(), way, Path(folder)) for way in WAYS}
    RECORD.write_text(_written({"conftest": go.PROGRAMS["conftest"][1], **said}))
    return 0


def _written(record: dict[str, Any]) -> str:
    """A line for each rule and file."""
    lines = [f' "conftest": {json.dumps(record["conftest"])}']
    for way in WAYS:
        said = ",\n".join(
            f"  {json.dumps(key)}: {json.dumps(found, ensure_ascii=False)}"
            for key, found in record[way].items()
        )
        lines.append(f" {json.dumps(way)}: {{\n{said}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
