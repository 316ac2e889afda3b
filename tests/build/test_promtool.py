"""Our alerts, as Prometheus' own tool sees them: every rule parses, and fires when it should."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.build.test_traps import of_kind
from tests.conftest import peer
from tests.peers import debian

RECORD = Path(__file__).resolve().parents[1] / "records" / "promtool.json"


def groups() -> dict[str, Any]:
    """Every rule group of the golden tree, as promtool takes them: by file."""
    return {
        f"{place.replace('/', '-')}.yaml": value["spec"]
        for place, value in of_kind("PrometheusRule")
    }


def checked(directory: Path) -> dict[str, str]:
    """What `promtool check rules` says of each file."""
    program = peer(debian.find("promtool"), "promtool")
    found = {}
    for name, spec in groups().items():
        (directory / name).write_text(yaml.safe_dump(spec))
        run = subprocess.run(
            [program, "check", "rules", name],
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        found[name] = run.stdout + run.stderr
    return found


def version() -> str:
    program = peer(debian.find("promtool"), "promtool")
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return (run.stdout + run.stderr).split("\n")[0]


def test_promtool_finds_every_rule_sound(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        RECORD.parent.mkdir(exist_ok=True)
        record = {"version": version(), "said": checked(tmp_path)}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
    said = json.loads(RECORD.read_text())["said"]
    assert sorted(said) == sorted(groups())
    for name, spec in groups().items():
        count = sum(len(group["rules"]) for group in spec["groups"])
        assert f"SUCCESS: {count} rules found" in said[name]


def test_the_record_is_what_promtool_says_today(tmp_path: Path) -> None:
    assert checked(tmp_path) == json.loads(RECORD.read_text())["said"]


MODEL = "fraud-detection"
LABELS = 'job="fraud-detection",namespace="ml-production",model_version="v1.2.3"'


def bucket(le: str, rate: int) -> dict[str, str]:
    name = f'model_inference_duration_seconds_bucket{{le="{le}",{LABELS}}}'
    return {"series": name, "values": f"0+{rate}x120"}


def requests(code: str, rate: int) -> dict[str, str]:
    name = f'model_inference_requests_total{{code="{code}",{LABELS}}}'
    return {"series": name, "values": f"0+{rate}x600"}


def gauge(name: str, value: float) -> dict[str, str]:
    return {"series": f"{name}{{{LABELS}}}", "values": f"{value}x600"}


CASES = [
    ("ModelAccuracyLow", "10m", [gauge("model_accuracy", 0.8)], True),
    ("ModelAccuracyLow", "10m", [gauge("model_accuracy", 0.9)], False),
    ("ModelAccuracyLow", "3m", [gauge("model_accuracy", 0.8)], False),
    (
        "ModelLatencyHigh",
        "10m",
        [bucket("0.25", 10), bucket("0.5", 20), bucket("1", 100), bucket("+Inf", 100)],
        True,
    ),
    (
        "ModelLatencyHigh",
        "10m",
        [bucket("0.25", 100), bucket("0.5", 100), bucket("1", 100), bucket("+Inf", 100)],
        False,
    ),
    ("ModelErrorsHigh", "15m", [requests("200", 90), requests("500", 10)], True),
    ("ModelErrorsHigh", "15m", [requests("200", 1000), requests("500", 1)], False),
    ("ModelErrorsHigh", "15m", [requests("200", 0), requests("500", 0)], False),
    ("ModelErrorBudgetBurnsFast", "2h", [requests("200", 98), requests("503", 2)], True),
    ("ModelErrorBudgetBurnsFast", "2h", [requests("200", 1000), requests("503", 1)], False),
    ("ModelErrorBudgetBurnsSlow", "9h", [requests("200", 990), requests("503", 10)], True),
    ("ModelDriftHigh", "2h", [gauge("model_drift_score", 0.5)], True),
    ("ModelDriftHigh", "2h", [gauge("model_drift_score", 0.1)], False),
    ("ModelAccuracyMissing", "20m", [gauge("model_drift_score", 0.1)], True),
    ("ModelAccuracyMissing", "20m", [gauge("model_accuracy", 0.9)], False),
]


@pytest.mark.parametrize(
    ("alert", "at", "series", "fires"),
    CASES,
    ids=[f"{case[0]}-{case[1]}-{case[3]}" for case in CASES],
)
def test_an_alert_fires_when_its_promise_is_broken(
    tmp_path: Path, alert: str, at: str, series: list[dict[str, str]], fires: bool
) -> None:
    """By Prometheus' own evaluation of made-up series, annotations aside: they hold the value."""
    program = peer(debian.find("promtool"), "promtool")
    (group,) = copy.deepcopy(groups()["production-fraud-detection.yaml"]["groups"])
    for rule in group["rules"]:
        del rule["annotations"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [group]}))
    (labels,) = (rule["labels"] for rule in group["rules"] if rule["alert"] == alert)
    missing = alert.endswith("Missing")
    own = {"job": MODEL, "namespace": "ml-production"} if missing else {"model_version": "v1.2.3"}
    case = {
        "eval_time": at,
        "alertname": alert,
        "exp_alerts": [{"exp_labels": {**labels, **own}}] if fires else [],
    }
    test = {"interval": "1m", "input_series": series, "alert_rule_test": [case]}
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(document))
    command = [program, "test", "rules", "test.yaml"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
