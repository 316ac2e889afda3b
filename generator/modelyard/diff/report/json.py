"""A comparison as JSON, in a form that does not change without a new version of modelyard."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TextIO

from modelyard.diff.comparison import ABSENT
from modelyard.diff.report.values import is_secret, shown
from modelyard.quantity import written
from modelyard.report.json import place

if TYPE_CHECKING:
    from modelyard.diff.comparison import Change, Comparison, Cost, Environment, Field, Risk, Sum
    from modelyard.findings import Cause, ObjectRef


def write(comparison: Comparison, stream: TextIO) -> None:
    """One JSON object."""
    json.dump(document(comparison), stream, indent=2, ensure_ascii=False)
    stream.write("\n")


def document(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison."""
    return {
        "base": {"revision": comparison.base.name, "commit": comparison.base.commit},
        "environments": [environment(each) for each in comparison.environments],
        "summary": {
            "objects": sum(len(each.shown) for each in comparison.environments),
            "errors": comparison.count("error"),
            "warnings": comparison.count("warning"),
            "notes": comparison.count("note"),
        },
    }


def environment(found: Environment) -> dict[str, Any]:
    """One environment: its objects, and the risks of what changes, worst first."""
    return {
        "name": found.name,
        "objects": [change(each) for each in found.shown],
        "risks": [risk(each) for each in found.risks],
        "sums": [total(each) for each in found.sums],
        "monthlyCost": found.cost and money(found.cost),
        "folded": len(found.changes) - len(found.shown),
    }


def change(found: Change) -> dict[str, Any]:
    """One object; `folded` are fields in which only a digest is another one."""
    return {
        "change": found.operation,
        "object": reference(found.ref),
        "file": found.file,
        "fields": [field(found, each) for each in found.fields],
        "folded": found.noise,
        "causes": [cause(each) for each in found.causes],
    }


def field(change: Change, found: Field) -> dict[str, Any]:
    """One field; `before` or `after` is missing where there is nothing on that side."""
    secret = is_secret(change, found)
    told: dict[str, Any] = {"path": found.path, "route": list(found.route)}
    for key, value in (("before", found.before), ("after", found.after)):
        if value is not ABSENT:
            told[key] = shown(value, secret=True) if secret else value
    told["means"] = "order" if found.moved else "same" if found.same else "other"
    told["causes"] = [cause(each) for each in found.causes]
    return told


def risk(found: Risk) -> dict[str, Any]:
    """One risk."""
    return {
        "kind": found.kind,
        "level": found.level,
        "message": found.message,
        "object": found.ref and reference(found.ref),
        "file": found.location.file,
        "fields": list(found.fields),
        "causes": [cause(each) for each in found.causes],
        "help": found.help,
    }


def total(found: Sum) -> dict[str, Any]:
    """What all models take of one resource; `pool` is null for nodes without GPUs, and for all nodes."""
    return {
        "resource": found.resource,
        "pool": found.pool,
        "nodes": "all" if found.every else "pool" if found.pool else "other",
        "before": {"min": _exact(found.before[0]), "max": _exact(found.before[1])},
        "after": {"min": _exact(found.after[0]), "max": _exact(found.after[1])},
        "limit": None if found.limit is None else _exact(found.limit),
    }


def money(found: Cost) -> dict[str, Any]:
    """What a month costs, from minimum scale by the lower prices to maximum scale by the higher ones."""
    return {
        "currency": found.currency,
        "before": {"low": found.before[0], "high": found.before[1]},
        "after": {"low": found.after[0], "high": found.after[1]},
    }


def _exact(thousandths: int) -> str:
    return written(Fraction(thousandths, 1000))


def reference(found: ObjectRef) -> dict[str, Any]:
    """An object's name."""
    return {
        "apiVersion": found.api_version,
        "kind": found.kind,
        "namespace": found.namespace,
        "name": found.name,
    }


def cause(found: Cause) -> dict[str, Any]:
    """A line that somebody wrote."""
    return {**place(found.location), "path": found.path}
