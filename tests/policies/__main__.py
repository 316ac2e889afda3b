"""`python -m tests.policies [RULE…]`: what each rule finds in its samples, for whoever writes one."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.policies import reading, samples


def main(names: list[str]) -> int:
    wrong = 0
    rules = samples.every_rule()
    for path in samples.files("bad.yaml") + samples.files("good.yaml"):
        name = samples.rule_of(path)
        if names and name not in names:
            continue
        bad = path.name == "bad.yaml"
        sample = samples.read(path)
        found = samples.lines(
            sample, samples.judged(sample, [rules[name]] if bad else list(rules.values()))
        )
        lines = sorted(line for line, _, _ in found)
        if lines != sorted(sample.marks.elements()):
            wrong += 1
            print(f"{path}: marked {sorted(sample.marks.elements())}, found {found}")
    for path in samples.files("bad.yaml", read=True) + samples.files("good.yaml", read=True):
        name = samples.rule_of(path)
        if not names or name in names:
            with TemporaryDirectory() as folder:
                marks, findings = reading.of_manifests(path, Path(folder))
            found = [(one.location.line, one.rule, one.message) for one in findings]
            bad = path.name == "bad.yaml"
            lines = sorted(line for line, rule, _ in found if rule == name or not bad)
            if lines != sorted(marks.elements()):
                wrong += 1
                print(f"{path}: marked {sorted(marks.elements())}, found {found}")
    print("as marked" if not wrong else f"{wrong} samples are not as marked")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
