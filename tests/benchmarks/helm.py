"""The same manifests as modelyard's, made by helm: one chart, and values for each model.

What a person would write comes from the specs; what modelyard derives, as deadlines and digests, a
chart cannot, so it comes from what modelyard rendered.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustomize import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustomize import Objects

CHART = Path(__file__).with_name("chart")
Values = dict[str, Any]
NEEDED = ("deployment.yaml", "autoscaler.yaml", "alerts.yaml", "training-[js]*.yaml")
"""Files with numbers that modelyard derives."""
MISSING = {
    "accuracy": ("Accuracy", "model_accuracy"),
    "latency": ("Latency", "model_inference_duration_seconds_count"),
    "errors": ("Requests", "model_inference_requests_total"),
    "drift": ("Drift", "model_drift_score"),
}
"""By objective: the alert that its metric is gone, and the metric."""


def prepare(repository: Path, target: Path) -> None:
    """`environments.yaml`, `MODEL/ENVIRONMENT.yaml` for each, and `all.yaml` with every model."""
    environments = {
        path.stem: environment(_load(path)) for path in (repository / "environments").glob("*.yaml")
    }
    _dump(target / "environments.yaml", {"environments": environments})
    models = []
    for path in sorted((repository / "models").glob("*.yaml")):
        for name in sorted(environments):
            rendered = read(repository / "deploy" / name / path.stem, NEEDED)
            found = model(_load(path), name, rendered)
            _dump(target / path.stem / f"{name}.yaml", {"models": [found]})
            models.append(found)
    _dump(target / "all.yaml", {"models": models})


def environment(document: Values) -> Values:
    """What the models of an environment share."""
    spec = document["spec"]
    found = {
        "namespace": spec["namespace"],
        "secretStore": spec["secrets"]["name"],
        "endpoints": spec["endpoints"],
    }
    if "priorityClasses" in spec:
        found["priorityClasses"] = spec["priorityClasses"]
    return found


def model(document: Values, environment_name: str, rendered: Objects) -> Values:
    """The values of a model in an environment."""
    here = document["environments"][environment_name]
    blocks = {key: each for key, each in here.items() if key not in ("release", "canary")}
    spec = merged(document["spec"], blocks)
    name, serving, training = document["metadata"]["name"], spec["serving"], spec["training"]
    deployment = rendered["Deployment", name]
    return {
        "name": name,
        "environment": environment_name,
        **{key: document["metadata"].get(key, "standard") for key in ("team", "tier")},
        "description": document["metadata"]["description"],
        "release": here["release"],
        "specDigest": deployment["metadata"]["annotations"]["modelyard.dev/spec-digest"],
        "tracks": list(_tracks(document["releases"], here, deployment)),
        "resources": serving["resources"],
        "storage": serving["storage"]["model"],
        "env": serving.get("env", {}),
        **_derived(deployment),
        **_scaling(rendered.get(("HorizontalPodAutoscaler", name)), serving),
        "callers": spec["access"]["callers"],
        "operations": spec["access"]["operations"],
        "egress": _endpoints(["object-store"], spec["access"]),
        "objectives": objectives(spec["objectives"], rendered["PrometheusRule", name]),
        "secrets": {key: _secret(each) for key, each in spec["secrets"].items()},
        "traffic": serving.get("traffic"),
        "training": _training(training, spec["secrets"], rendered),
    }


def merged(base: Values, over: Values) -> Values:
    """A mapping over another one; `null` takes a key away."""
    found = {**base}
    for key, value in over.items():
        inner = found.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            value = merged(inner, value)
        found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def _tracks(releases: Values, here: Values, deployment: Values) -> Iterator[Values]:
    """What serves: the stable release, and a canary where there is one."""
    canary = here.get("canary")
    stable = {"name": "stable", "suffix": "", "replicas": deployment["spec"].get("replicas")}
    if canary:
        stable["weight"] = 100 - canary["weight"]
    yield {**stable, **_release(releases, here["release"])}
    if canary:
        track = {"name": "canary", "suffix": "-canary", "replicas": canary["replicas"]}
        yield {**track, "weight": canary["weight"], **_release(releases, canary["release"])}


def _release(releases: Values, name: str) -> Values:
    found = releases[name]
    artifact = found["artifact"]
    return {
        "release": name,
        "image": found["image"],
        "artifact": artifact["uri"],
        "sha256": artifact["sha256"],
    }


def _derived(deployment: Values) -> Values:
    """Numbers that modelyard works out."""
    pod = deployment["spec"]["template"]["spec"]
    server = pod["containers"][0]
    return {
        "progressDeadlineSeconds": deployment["spec"]["progressDeadlineSeconds"],
        "terminationGracePeriodSeconds": pod["terminationGracePeriodSeconds"],
        "probes": {
            "liveness": server["livenessProbe"]["httpGet"]["path"],
            "readiness": server["readinessProbe"]["httpGet"]["path"],
            "startupFailures": server["startupProbe"]["failureThreshold"],
        },
    }


def _scaling(autoscaler: Values | None, serving: Values) -> Values:
    if autoscaler is None:
        return {}
    down = autoscaler["spec"].get("behavior", {}).get("scaleDown", {})
    seconds = down.get("stabilizationWindowSeconds")
    return {"autoscaling": {**serving["autoscaling"], "scaleDownSeconds": seconds}}


def _endpoints(always: list[str], access: Values) -> list[str]:
    return [*always, *(each["endpoint"] for each in access.get("egress", ()))]


def _secret(secret: Values) -> Values:
    return {key: secret[key] for key in ("remote", "files", "env") if key in secret}


def _training(training: Values, secrets: Values, rendered: Objects) -> Values:
    gpu = training["gpu"]["count"]
    found = {key: training[key] for key in ("image", "args", "resources", "env")}
    found |= {"gpus": gpu, "egress": _endpoints([], training)}
    found |= {key: training[key] for key in ("schedule", "timeZone") if key in training}
    for (kind, name), each in rendered.items():
        if kind in ("Job", "CronJob"):
            spec = each["spec"] if kind == "Job" else each["spec"]["jobTemplate"]["spec"]
            found["deadlineSeconds"] = spec["activeDeadlineSeconds"]
            found["run"] = name.rpartition("-")[2]
    assert all(each.get("usedBy") == ["training"] for each in secrets.values() if "env" in each)
    return found


def objectives(promised: Values, rule: Values) -> Values:
    """What is promised, with the numbers that the alerts need."""
    alerts = {each["alert"]: each for each in rule["spec"]["groups"][0]["rules"]}
    found: Values = {key: dict(each) for key, each in promised.items()}
    for key, alert in (("accuracy", "ModelAccuracyLow"), ("drift", "ModelDriftHigh")):
        if key in found:
            found[key]["for"] = alerts[alert]["for"]
    if "latency" in found:
        alert = alerts["ModelLatencyHigh"]
        found["latency"] |= {
            "text": found["latency"]["max"],
            "seconds": _threshold(alert),
            "for": alert["for"],
        }
    if "errors" in found:
        alert = alerts["ModelErrorsHigh"]
        text = found["errors"]["max"]
        found["errors"] |= {"text": text, "share": _threshold(alert), "for": alert["for"]}
    if "availability" in found:
        found["availability"] = {
            "text": found["availability"]["min"],
            "burns": [
                _burn(alerts["ModelErrorBudgetBurnsFast"], "Fast", "1h", "5m", "14.4"),
                _burn(alerts["ModelErrorBudgetBurnsSlow"], "Slow", "6h", "30m", "6"),
            ],
        }
    missing = (MISSING[key] for key in MISSING if key in found)
    found["missing"] = [{"name": name, "metric": metric} for name, metric in missing]
    return found


def _burn(alert: Values, name: str, long: str, short: str, factor: str) -> Values:
    return {
        "name": name,
        "long": long,
        "short": short,
        "factor": factor,
        "share": _threshold(alert),
        "for": alert["for"],
        "severity": alert["labels"]["severity"],
    }


def _threshold(alert: Values) -> str:
    return str(alert["expr"]).rpartition(" > ")[2]


def _load(path: Path) -> Values:
    import yaml

    found: Values = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    return found


def _dump(path: Path, value: Any) -> None:
    import yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False))
