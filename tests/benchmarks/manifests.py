"""Manifests of several kinds, one to a file, some of them wrong in ways that policies find."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20
IN_A_DIRECTORY = 500
OWNERS = ("search", "payments", "platform", "identity", "checkout")
TIERS = ("frontend", "backend", "batch")
KINDS = ("Deployment", "Service", "Deployment", "ConfigMap", "NetworkPolicy")
RARE = ("StatefulSet", "DaemonSet", "Job", "CronJob", "ServiceAccount")
WRONG = 0.06
"""How much of what may be wrong is."""


def make(root: Path, number: int) -> None:
    """Write so many files below a directory."""
    for index in range(number):
        place = root / f"team-{index // IN_A_DIRECTORY:02d}"
        place.mkdir(parents=True, exist_ok=True)
        manifest = Maker(index).manifest()
        text = yaml.dump(manifest, Dumper=yaml.CSafeDumper, sort_keys=False)
        (place / f"{manifest['metadata']['name']}.yaml").write_text(text)


class Maker:
    """One manifest."""

    def __init__(self, index: int) -> None:
        self.random = Random(SEED * 1_000_003 + index)
        self.kind = RARE[index // 10 % len(RARE)] if index % 10 == 9 else KINDS[index % len(KINDS)]
        self.name = f"{self.random.choice(OWNERS)}-{self.kind.lower()}-{index:05d}"

    def wrong(self, often: float = WRONG) -> bool:
        """Whether something is to be wrong here."""
        return self.random.random() < often

    def manifest(self) -> dict[str, Any]:
        """All of it."""
        found = {
            "apiVersion": "v1",
            "kind": self.kind,
            "metadata": self.metadata(),
            **getattr(self, self.kind)(),
        }
        if self.kind in ("Deployment", "StatefulSet", "DaemonSet"):
            found["apiVersion"] = "apps/v1"
        return found

    def metadata(self) -> dict[str, Any]:
        """Name, namespace, labels and annotations."""
        labels = {
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/part-of": "shop",
            "example.com/owner": "nobody" if self.wrong() else self.random.choice(OWNERS),
            "example.com/tier": self.random.choice(TIERS),
        }
        if self.wrong():
            del labels["app.kubernetes.io/part-of"]
        annotations = {"example.com/contact": f"{self.random.choice(OWNERS)}@example.com"}
        if self.wrong():
            annotations = {"policy.example.com/third-party": "true"}
        if self.wrong():
            annotations["policy.example.com/privileged"] = "granted"
        namespace = self.random.choice(("shop", "search", "sandbox", "default"))
        return {
            "name": self.name,
            "namespace": namespace,
            "labels": labels,
            "annotations": annotations,
        }

    def container(self, name: str) -> dict[str, Any]:
        """A container of a pod."""
        registry = "docker.io/library" if self.wrong() else "registry.example.com/shop"
        tag = ":latest" if self.wrong() else f":1.{self.random.randrange(30)}.0"
        probe = {"httpGet": {"path": "/ready", "port": "metrics" if self.wrong() else "http"}}
        found: dict[str, Any] = {
            "name": name,
            "image": f"{registry}/{name}{'' if self.wrong() else tag}",
            "imagePullPolicy": "Always" if self.wrong() else "IfNotPresent",
            "args": ["--listen", ":8080", "--log-format", "json"],
            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
            "env": [
                {"name": "REGION", "value": "eu-west-1"},
                {"name": "DEBUG", "value": None if self.wrong() else "false"},
                {"name": "DATABASE_PASSWORD", "value": "hunter2"}
                if self.wrong()
                else {
                    "name": "DATABASE_PASSWORD",
                    "valueFrom": {"secretKeyRef": {"name": self.name, "key": "password"}},
                },
            ],
            "resources": {
                "requests": {"cpu": f"{self.random.choice((100, 250, 1500))}m", "memory": "256Mi"},
                "limits": {"memory": "128Mi" if self.wrong() else "1Gi"},
            },
            "readinessProbe": {**probe, "periodSeconds": 10, "timeoutSeconds": 2},
            "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 20},
            "securityContext": self.security(),
            "volumeMounts": [{"name": "cache", "mountPath": "/var/cache"}],
        }
        for key in ("resources", "readinessProbe", "livenessProbe", "securityContext"):
            if self.wrong():
                del found[key]
        return found

    def security(self) -> dict[str, Any]:
        """What a container may do."""
        found: dict[str, Any] = {
            "allowPrivilegeEscalation": self.wrong(),
            "readOnlyRootFilesystem": not self.wrong(),
            "runAsNonRoot": not self.wrong(),
            "capabilities": {"drop": ["ALL"]},
        }
        if self.wrong():
            found["capabilities"]["add"] = ["SYS_ADMIN", "CHOWN"]
        if self.wrong():
            found["privileged"] = True
        return found

    def pod(self) -> dict[str, Any]:
        """The template of a pod."""
        spec: dict[str, Any] = {
            "serviceAccountName": self.name,
            "automountServiceAccountToken": self.wrong(),
            "containers": [self.container("server")],
            "volumes": [{"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}}],
        }
        if self.wrong(0.3):
            spec["containers"].append(self.container("proxy"))
        if self.wrong(0.2):
            spec["initContainers"] = [self.container("migrate")]
        if self.wrong():
            spec["hostNetwork"] = True
        if self.wrong():
            spec["volumes"].append({"name": "socket", "hostPath": {"path": "/run/docker.sock"}})
        return {
            "metadata": {"labels": {"app": "other" if self.wrong() else self.name}},
            "spec": spec,
        }

    def Deployment(self) -> dict[str, Any]:  # noqa: N802 - kinds have capitals
        replicas = self.random.choice((1, 2, 3, 3, 6, 25))
        selector = {"matchLabels": {"app": self.name}}
        return {"spec": {"replicas": replicas, "selector": selector, "template": self.pod()}}

    StatefulSet = Deployment

    def DaemonSet(self) -> dict[str, Any]:  # noqa: N802
        selector = {"matchLabels": {"app": self.name}}
        return {"spec": {"selector": selector, "template": self.pod()}}

    def Job(self) -> dict[str, Any]:  # noqa: N802
        return {"apiVersion": "batch/v1", "spec": {"backoffLimit": 2, "template": self.pod()}}

    def CronJob(self) -> dict[str, Any]:  # noqa: N802
        spec = {"schedule": "15 3 * * *", "jobTemplate": {"spec": {"template": self.pod()}}}
        return {"apiVersion": "batch/v1", "spec": spec}

    def Service(self) -> dict[str, Any]:  # noqa: N802
        ports: list[dict[str, Any]] = [{"name": "http", "port": 80, "targetPort": "http"}]
        if self.wrong(0.3):
            ports.append({"name": "metrics", "port": 80 if self.wrong() else 9090})
        if self.wrong():
            ports.append({"port": 8443, "nodePort": 30443})
        spec: dict[str, Any] = {"type": "LoadBalancer" if self.wrong() else "ClusterIP"}
        if not self.wrong():
            spec["selector"] = {"app": self.name}
        return {"spec": {**spec, "ports": ports}}

    def ConfigMap(self) -> dict[str, Any]:  # noqa: N802
        lines = [f"setting-{number} = {'x' * number}" for number in range(40)]
        if self.wrong():
            lines.append("y" * 250)
        return {"data": {"settings.conf": "\n".join(lines) + "\n", "level": "info"}}

    def NetworkPolicy(self) -> dict[str, Any]:  # noqa: N802
        rule: dict[str, Any] = {"ports": [{"port": 8080, "protocol": "TCP"}]}
        if not self.wrong():
            rule["from"] = [{"podSelector": {"matchLabels": {"app": "gateway"}}}]
        dns = [{"port": 443 if self.wrong() else 53, "protocol": "UDP"}]
        block = {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}
        if self.wrong():
            del block["except"]
        return {
            "apiVersion": "networking.k8s.io/v1",
            "spec": {
                "podSelector": {"matchLabels": {"app": self.name}},
                "policyTypes": ["Ingress"] if self.wrong() else ["Ingress", "Egress"],
                "ingress": [rule],
                "egress": [{"to": [{"ipBlock": block}]}, {"ports": dns}],
            },
        }

    def ServiceAccount(self) -> dict[str, Any]:  # noqa: N802
        return {"automountServiceAccountToken": False}
