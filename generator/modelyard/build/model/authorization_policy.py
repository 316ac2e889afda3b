"""AuthorizationPolicy: which identities may make which requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, mesh, ports

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """Caller and operation stand in ONE rule: in two, either alone would be enough."""
    serving, found = plan.spec.serving, plan.environment.spec.mesh
    if serving is None or found is None:
        return None
    prometheus = plan.environment.spec.monitoring.prometheus
    access = plan.spec.access
    return manifest(
        "security.istio.io/v1",
        "AuthorizationPolicy",
        labels.metadata(plan, component=labels.SERVER, wave=labels.BEFORE),
        spec={
            "selector": {"matchLabels": labels.selector(plan.name, labels.SERVER)},
            "action": "ALLOW",
            "rules": [
                {
                    "from": [
                        {
                            "source": {
                                "principals": [mesh.caller(plan, found, c) for c in access.callers]
                            }
                        }
                    ],
                    "to": [
                        {
                            "operation": {
                                "ports": [str(serving.port)],
                                "methods": operation.methods,
                                "paths": operation.paths,
                            }
                        }
                        for operation in access.operations
                    ],
                }
                if access.callers
                else None,
                {
                    "from": [
                        {
                            "source": {
                                "principals": [
                                    mesh.principal(
                                        found, prometheus.namespace, prometheus.service_account
                                    )
                                ]
                            }
                        }
                    ],
                    "to": [
                        {
                            "operation": {
                                "ports": [str(ports.scraped(serving)[1])],
                                "methods": ["GET"],
                                "paths": [serving.metrics.path],
                            }
                        }
                    ],
                },
            ],
        },
    )
