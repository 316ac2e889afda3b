"""Mistakes against schemas that have one certain mend, and their neighbours that have none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelyard.load.suggest import surely
from tests.conftest import Shop
from tests.fix.test_rules import sample

if TYPE_CHECKING:
    from pathlib import Path

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: ranker, namespace: ml}
spec:
  replicas: 2  # for now
  selector:
    matchLabels: {app: ranker}
  template:
    metadata:
      labels: {app: ranker}
    spec:
      automountServiceAccountToken: false
      securityContext: {seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: server
          image: ranker
          imagePullPolicy: Always
          tty: true
          env:
            - name: PORT
              value: "8080"  # of HTTP
          ports:
            - {containerPort: 8080, protocol: TCP}
"""
BUDGET = """\
apiVersion: policy/v1  # for years
kind: PodDisruptionBudget
metadata: {name: ranker, namespace: ml}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector: {matchLabels: {app: ranker}}
"""
POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ranker, namespace: ml}
spec:
  action: ALLOW  # nobody else
  rules: [{from: [{source: {principals: [cluster.local/ns/crm/sa/campaigns]}}]}]
"""

MENDED = [
    ("a slip", DEPLOYMENT, "  replicas: 2", "  repilcas: 2", "schema/unknown-field"),
    ("other capitals", DEPLOYMENT, "imagePullPolicy", "imagepullpolicy", "schema/unknown-field"),
    ("a slip in braces", DEPLOYMENT, "containerPort", "contanerPort", "schema/unknown-field"),
    ("quotes too many", DEPLOYMENT, "replicas: 2", 'replicas: "2"', "schema/type"),
    ("quotes in braces", DEPLOYMENT, "Port: 8080,", 'Port: "8080",', "schema/type"),
    ("quoted truth", DEPLOYMENT, "tty: true", "tty: 'true'", "schema/type"),
    ("no quotes", DEPLOYMENT, '"8080"  #', "8080  #", "schema/type"),
    ("a word in lower case", POLICY, "action: ALLOW", "action: allow", "schema/value"),
    ("a misspelt word", POLICY, "action: ALLOW", "action: ALOW", "schema/value"),
    ("a version", BUDGET, "policy/v1  #", "policy/v1beta1  #", "schema/removed-version"),
]
"""What it is, a manifest, how it is right in it, how it is wrong, and the rule."""

OLD = BUDGET.replace("policy/v1  #", "policy/v1beta1  #")

LEFT = [
    ("a field that is there", DEPLOYMENT, "  replicas: 2", "  replicas: 2\n  replica: 3"),
    ("a field of nothing", DEPLOYMENT, "  replicas: 2", "  zebra: 2"),
    ("a number that readers disagree about", DEPLOYMENT, '"8080"  #', "0755  #"),
    ("a truth value that readers disagree about", DEPLOYMENT, '"8080"  #', "yes  #"),
    ("a word for a number", DEPLOYMENT, "replicas: 2", "replicas: two"),
    ("a leading zero", DEPLOYMENT, "replicas: 2", 'replicas: "02"'),
    ("a word of nothing", POLICY, "action: ALLOW", "action: PERMIT"),
    ("a field whose value would be wrong", DEPLOYMENT, "  replicas: 2", "  replica: {a: 1}"),
    ("a version that meant something else", OLD, "{matchLabels: {app: ranker}}", "{}"),
    ("a version in which it would be wrong", OLD, "maxUnavailable: 1", "maxUnavailable: [1]"),
]


def fixed(tmp_path: Path, text: str) -> tuple[str, list[str]]:
    """The text as it becomes, and the rules whose findings were mended."""
    shop = Shop(tmp_path)
    shop.write("a/b.yaml", text)
    found = json.loads(shop.run("check", "a", "--fix", "-o", "json").out)
    return shop.text("a/b.yaml"), [one["rule"] for one in found["fixed"]]


@pytest.mark.parametrize(
    ("what", "text", "right", "wrong", "rule"), MENDED, ids=lambda row: row[:30]
)
def test_what_is_certain_is_mended(
    what: str, text: str, right: str, wrong: str, rule: str, tmp_path: Path
) -> None:
    assert what
    assert text.count(right) == 1
    assert fixed(tmp_path, text.replace(right, wrong)) == (text, [rule])


@pytest.mark.parametrize(("what", "text", "right", "wrong"), LEFT, ids=lambda row: row[:30])
def test_what_is_open_is_left(what: str, text: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert what
    assert text.count(right) == 1
    new, rules = fixed(tmp_path, text.replace(right, wrong))
    assert not [rule for rule in rules if rule.startswith("schema/")]
    assert all(line in new for line in wrong.split("\n"))


@pytest.mark.parametrize("rule", ["schema/type", "schema/unknown-field"])
def test_samples_are_mended(rule: str, tmp_path: Path) -> None:
    _, rules = fixed(tmp_path, sample(rule))
    assert rule in rules


@pytest.mark.parametrize(
    ("word", "names", "meant"),
    [
        ("prot", ["port", "path"], "port"),
        ("loadtime", ["loadTime"], "loadTime"),
        ("requestTimout", ["requestTimeout", "request"], "requestTimeout"),
        ("mix", ["min", "max"], None),
        ("modelyard/v2", ["modelyard/v1"], None),
        ("zebra", ["port"], None),
        ("replica", ["replicas", "replicaz"], None),
    ],
)
def test_only_one_near_name_is_certain(word: str, names: list[str], meant: str | None) -> None:
    assert surely(word, names) == meant
