"""Changes that change nothing that runs, one by one on what the renderer makes: none is a risk.

Beside each stands what makes it harmless; a near relative that is not harmless is in `test_risky`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.diff.trees import dashboard, drop, golden, judged, put, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.diff.trees import Tree

META = ("metadata", "annotations")
LABELS = ("metadata", "labels")
SERVER = ("spec", "template", "spec", "containers", 0)
RULES = ("spec", "groups", 0, "rules")
KINDS = (
    "alerts", "authorization-policy", "autoscaler", "canary-deployment", "canary-destination-rule",
    "canary-service", "dashboard", "deployment", "destination-rule", "disruption-budget",
    "external-secret", "network-policy", "service-account", "service-monitor", "service",
    "virtual-service",
)  # fmt: skip


def spaced(tree: Tree) -> None:
    """Spaces and brackets in a query."""
    rule = tree["alerts.yaml"]["spec"]["groups"][0]["rules"][1]
    rule["expr"] = "(" + rule["expr"].replace(",", ", ").replace(" > ", ")   >   (") + ")"


def panels(change: Callable[[Any], None]) -> Callable[[Tree], None]:
    return dashboard(lambda value: change(value["panels"]))


def compact(tree: Tree) -> None:
    """The same JSON on one line."""
    import json

    data = tree["dashboard.yaml"]["data"]
    (name,) = data
    data[name] = json.dumps(json.loads(data[name]), sort_keys=True)


COSMETIC: dict[str, Callable[[Tree], None]] = {
    **{f"an annotation of ours on {kind}": put(f"{kind}.yaml", *META, "modelyard.dev/release", "v9") for kind in KINDS},
    **{f"a label that describes {kind}": put(f"{kind}.yaml", *LABELS, "app.kubernetes.io/version", "v9") for kind in KINDS},
    "another contact": put("deployment.yaml", *META, "contact", "risk@example.com"),
    "a description": put("service.yaml", *META, "kubernetes.io/description", "Scores payments."),
    "an annotation taken away": drop("service.yaml", *META, "modelyard.dev/spec"),
    "the folder of a dashboard": put("dashboard.yaml", *META, "grafana_folder", "Fraud"),
    "the title of a dashboard": dashboard(lambda d: d.update(title="Fraud")),
    "the colour of a threshold": panels(lambda p: p[3]["fieldConfig"]["defaults"]["thresholds"]["steps"][1].update(color="orange")),
    "a threshold that is only drawn": panels(lambda p: p[3]["fieldConfig"]["defaults"]["thresholds"]["steps"][1].update(value=0.02)),
    "the place of a panel": panels(lambda p: p[0]["gridPos"].update(x=6)),
    "the order of panels": panels(lambda p: p.reverse()),
    "a panel more": panels(lambda p: p.append({**p[0], "id": 99, "title": "Queue"})),
    "a panel less": panels(lambda p: p.pop()),
    "the unit of a panel": panels(lambda p: p[2]["fieldConfig"]["defaults"].update(unit="rps")),
    "the query of a panel": panels(lambda p: p[2]["targets"][0].update(expr="sum(up)")),
    "how often a dashboard refreshes": dashboard(lambda d: d.update(refresh="5m")),
    "the tags of a dashboard": dashboard(lambda d: d["tags"].append("fraud")),
    "a dashboard on one line": compact,
    "the summary of an alert": put("alerts.yaml", *RULES, 0, "annotations", "summary", "The model guesses"),
    "the description of an alert": put("alerts.yaml", *RULES, 1, "annotations", "description", "Too slow"),
    "the runbook of an alert": put("alerts.yaml", *RULES, 2, "annotations", "runbook_url", "https://example.com"),
    "an annotation more for an alert": put("alerts.yaml", *RULES, 0, "annotations", "dashboard_url", "https://example.com"),
    "no description of an alert": drop("alerts.yaml", *RULES, 0, "annotations", "description"),
    "spaces in a query": spaced,
    "a wait written otherwise": put("alerts.yaml", *RULES, 0, "for", "300s"),
    "the order of alerts": reverse("alerts.yaml", *RULES),
    "an amount of CPU written otherwise": put("deployment.yaml", *SERVER, "resources", "requests", "cpu", "0.5"),
    "a limit written as a number": put("deployment.yaml", *SERVER, "resources", "limits", "cpu", 2),
    "an amount of memory written otherwise": put("deployment.yaml", *SERVER, "resources", "requests", "memory", "1024Mi"),
    "the size of a volume written otherwise": put("deployment.yaml", "spec", "template", "spec", "volumes", 1, "emptyDir", "sizeLimit", "1024Mi"),
    "a protocol that is the default": drop("deployment.yaml", *SERVER, "ports", 0, "protocol"),
    "the protocol of a Service that is the default": drop("service.yaml", "spec", "ports", 0, "protocol"),
    "a restart policy that is the default": put("deployment.yaml", "spec", "template", "spec", "restartPolicy", "Always"),
    "a DNS policy that is the default": put("deployment.yaml", "spec", "template", "spec", "dnsPolicy", "ClusterFirst"),
    "a scheduler that is the default": put("deployment.yaml", "spec", "template", "spec", "schedulerName", "default-scheduler"),
    "a probe's default": put("deployment.yaml", *SERVER, "readinessProbe", "successThreshold", 1),
    "a probe's default left out": drop("deployment.yaml", *SERVER, "livenessProbe", "failureThreshold"),
    "a scheme that is the default": put("deployment.yaml", *SERVER, "livenessProbe", "httpGet", "scheme", "HTTP"),
    "how many old versions are kept, which is the default": put("deployment.yaml", "spec", "revisionHistoryLimit", 10),
    "an affinity of sessions that is the default": put("service.yaml", "spec", "sessionAffinity", "None"),
    "a timeout written otherwise": put("virtual-service.yaml", "spec", "http", 0, "timeout", "1000ms"),
    "an interval written otherwise": put("destination-rule.yaml", "spec", "trafficPolicy", "outlierDetection", "interval", "10000ms"),
    "how often to scrape, written otherwise": put("service-monitor.yaml", "spec", "endpoints", 0, "interval", "0.5m"),
}  # fmt: skip

UNSEEN: dict[str, Callable[[Tree], None]] = {
    "the digest of the spec": put("deployment.yaml", *META, "modelyard.dev/spec-digest", "sha256:" + "0" * 64),
    "the order of rules of a network policy": reverse("network-policy.yaml", "spec", "ingress"),
    "the order of outgoing rules": reverse("network-policy.yaml", "spec", "egress"),
    "the order of ports of a rule": reverse("network-policy.yaml", "spec", "ingress", 1, "ports"),
    "the order of callers": reverse("authorization-policy.yaml", "spec", "rules"),
    "the order of an autoscaler's metrics": reverse("autoscaler.yaml", "spec", "metrics"),
    "the order of an external secret's data": reverse("external-secret.yaml", "spec", "data"),
    "the order of keys": lambda tree: tree.update({k: dict(reversed(v.items())) for k, v in tree.items()}),
}  # fmt: skip
"""Changes that are not even shown: nothing but a digest, or an order that means nothing."""


def test_there_are_enough() -> None:
    assert len(COSMETIC) >= 50


@pytest.mark.parametrize("name", COSMETIC)
def test_it_is_cosmetic_and_shown(name: str) -> None:
    before, after = golden(), golden()
    COSMETIC[name](after)
    changes, risks = judged(before, after)
    assert [change.operation for change in changes if not change.is_noise] in (["changed"], [])
    assert {(risk.kind, risk.level) for risk in risks} <= {("cosmetic", "note")}
    if "order" not in name:
        assert risks, "it changes something, and a word is said about it"
        assert changes[0].fields


@pytest.mark.parametrize("name", UNSEEN)
def test_it_is_noise(name: str) -> None:
    before, after = golden(), golden()
    UNSEEN[name](after)
    changes, risks = judged(before, after)
    assert [change for change in changes if not change.is_noise] == []
    assert risks == []
