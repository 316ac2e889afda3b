"""What rules of the whole environment gather, and what they may be spared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.build.tree import SPARED
from modelyard.check.objects import Objects
from tests.policies import samples
from tests.policies.test_golden_silent import GOLDEN, context_of, objects_of

if TYPE_CHECKING:
    from modelyard.check.rule import Rule

GATHERING = sorted(
    (rule for rule in samples.every_rule().values() if rule.gather and rule.unread),
    key=lambda rule: rule.name,
)


@pytest.mark.parametrize("rule", GATHERING, ids=lambda rule: rule.name)
def test_what_a_rule_does_not_read_changes_nothing_that_it_gathers(rule: Rule) -> None:
    assert rule.gather is not None
    gathered = 0
    for directory in sorted(GOLDEN.glob("*/*")):
        objects, context = objects_of(directory), context_of(directory.parent.name)
        left = [each for each in objects.manifests if each.kind not in rule.unread]
        everything = [claim.packed() for claim in rule.gather(objects, context)]
        assert [claim.packed() for claim in rule.gather(Objects(left), context)] == everything
        gathered += len(everything)
    assert gathered or rule.name == "autoscaling/fixed-replicas"


@pytest.mark.parametrize(("builder", "kind"), SPARED.items())
def test_a_builder_that_may_be_spared_makes_the_kind_that_is_told(builder: str, kind: str) -> None:
    made = [
        yaml.safe_load(path.read_text())
        for path in GOLDEN.glob(f"*/*/{builder.replace('_', '-')}.yaml")
    ]
    assert {each["kind"] for each in made} == {kind}
