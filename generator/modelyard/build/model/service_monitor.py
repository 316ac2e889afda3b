"""ServiceMonitor: how Prometheus scrapes the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest, plain
from modelyard.build.parts import labels, ports, queries

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """All releases under one job, told apart by `model_version`."""
    serving = plan.spec.serving
    if serving is None:
        return None
    monitoring = plan.environment.spec.monitoring
    return manifest(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        labels.metadata(plan, component=labels.SERVER, labels=plain(monitoring.labels)),
        spec={
            "jobLabel": labels.NAME,
            "namespaceSelector": {"matchNames": [plan.environment.spec.namespace]},
            "selector": {"matchLabels": labels.selector(plan.name, labels.SERVER)},
            "endpoints": [
                {
                    "port": ports.scraped(serving)[0],
                    "path": serving.metrics.path,
                    "interval": monitoring.interval,
                    **_over_mutual_tls(plan),
                    "relabelings": [
                        {
                            "action": "replace",
                            "sourceLabels": [
                                "__meta_kubernetes_pod_label_app_kubernetes_io_version"
                            ],
                            "targetLabel": queries.VERSION,
                        }
                    ],
                }
            ],
        },
    )


def _over_mutual_tls(plan: Plan) -> dict[str, Any]:
    """Under STRICT mutual TLS only a holder of a mesh certificate is let in.

    Because Istio's certificates name identities and not hosts, the host's name is not verified.
    """
    certificates = plan.environment.spec.monitoring.certificates
    if plan.environment.spec.mesh is None or certificates is None:
        return {"scheme": "http"}
    return {
        "scheme": "https",
        "tlsConfig": {
            "caFile": f"{certificates}/root-cert.pem",
            "certFile": f"{certificates}/cert-chain.pem",
            "keyFile": f"{certificates}/key.pem",
            "insecureSkipVerify": True,
        },
    }
