"""The samples of rules: `policies/<category>/<rule>/{good,bad}.yaml`.

In a bad sample each line where the rule must find something ends in `# finding`; a line with several
findings says so: `# finding 2`. Marks are taken away before reading, so that JSON may have them too.
Samples are manifests, checked in the shipped production environment; `environment.yaml` beside them
adds to its spec.
Rules that need a spec have `good.model.yaml` and `bad.model.yaml` instead: model specs, of which the
line is marked that is the cause.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from modelyard.check import policies, rules
from modelyard.check.inspection import Inspector
from modelyard.check.judge import Judge, Verdict
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Checkout, Context, Rule
from modelyard.explain.provenance import cause_of
from modelyard.load.document import Document, parse
from modelyard.load.repository import Repository
from modelyard.pipeline import model_outputs
from modelyard.scaffold.repository import init
from modelyard.spec.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
MARK = re.compile(r"# finding(?: (\d+))?\s*$")


@cache
def every_rule() -> dict[str, Rule]:
    """The rules of both languages, by name."""
    return {**rules.load(), **policies.load([POLICIES])[0]}


CHECKOUT = Checkout("https://git.example.com/modelyard/samples.git", ROOT)


@cache
def context(folder: Path = POLICIES) -> Context:
    """The shipped production environment, with what a rule's `environment.yaml` adds to its spec."""
    written = yaml.safe_load((ROOT / "environments" / "production.yaml").read_text())
    added = folder / "environment.yaml"
    if added.exists():
        _add(written["spec"], yaml.safe_load(added.read_text()))
    return Context(Environment.model_validate(written).spec, written["spec"], checkout=CHECKOUT)


def _add(known: dict[str, Any], added: dict[str, Any]) -> None:
    for key, value in added.items():
        if isinstance(value, dict) and isinstance(known.get(key), dict):
            _add(known[key], value)
        else:
            known[key] = value


@dataclass(frozen=True)
class Sample:
    """The objects of a file, with their places and its marks."""

    path: Path
    objects: Objects
    documents: list[Document]
    marks: Counter[int]


def unmarked(text: str) -> tuple[list[str], Counter[int]]:
    """The lines of a text without marks, and how much is to be found in which."""
    marks: Counter[int] = Counter()
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if found := MARK.search(line):
            marks[number] += int(found[1] or 1)
    return [MARK.sub("", line) for line in lines], marks


@cache
def read(path: Path) -> Sample:
    """A sample; refuses one that is no good YAML."""
    lines, marks = unmarked(path.read_text())
    documents, findings = parse(path.name, "\n".join(lines), kubernetes=True)
    assert not findings, findings
    documents = [document for document in documents if isinstance(document.value, dict)]
    manifests = [Manifest(document.value, path.name, n) for n, document in enumerate(documents)]
    return Sample(path, Objects(manifests), documents, marks)


def judged(sample: Sample, asked: list[Rule]) -> Verdict:
    """What rules say of a sample, those of the whole environment too."""
    judge, known = Judge(asked), context(sample.path.parent)
    verdict = judge.objects(sample.objects, known)
    verdict.broken += judge.environment(verdict.claims, known)
    return verdict


def lines(sample: Sample, verdict: Verdict) -> list[tuple[int, str, str]]:
    """Line, rule and message of everything that was found."""
    found = []
    for broken in verdict.broken:
        document = sample.documents[broken.manifest.index]
        hit = broken.hit
        place = document.locate(hit.route, key=hit.of_key, within=hit.within)
        found.append((place.line, broken.rule.name, broken.hit.message))
    return sorted(found)


def of_model(path: Path, rule: Rule, root: Path) -> tuple[Counter[int], Counter[int]]:
    """The marks of a model spec, and the lines that a rule finds to be the cause."""
    init(root, url="https://git.example.com/ml/models.git", git=False)
    plain, marks = unmarked(path.read_text())
    name = str(yaml.safe_load("\n".join(plain))["metadata"]["name"])
    (root / "models" / f"{name}.yaml").write_text("\n".join(plain))
    repository = Repository(root)
    outputs, findings = model_outputs(repository, name, ("production",))
    assert not findings, findings
    lines: Counter[int] = Counter()
    for output in outputs:
        manifests = [Manifest(built.manifest, built.file) for built in output.tree.files]
        asked = Inspector(repository).context(output)
        for broken in Judge([rule]).objects(Objects(manifests), asked).broken:
            cause = cause_of(repository, output, broken.manifest.file, broken.hit.route)
            assert cause is not None, broken.hit
            lines[cause.location.line] += 1
    return marks, lines


def files(name: str, *, read: bool = False) -> list[Path]:
    """Every sample file of a name: of rules that are asked, or of what is found while files are read."""
    found = sorted(POLICIES.rglob(name))
    return [path for path in found if _is_found_by_readers(path) == read]


def rule_of(path: Path) -> str:
    """The rule that a sample belongs to."""
    return f"{path.parent.parent.name}/{path.parent.name}"


def _is_found_by_readers(path: Path) -> bool:
    rule = every_rule().get(rule_of(path))
    return rule is not None and rule.scope == "file"
