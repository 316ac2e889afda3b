"""A repository of any size, made of the example models under other names."""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Made = TypeVar("Made")

BOUND = re.compile(r"(autoscaling: \{min: 3, max: )(\d+)")
"""A number in the spec of two models of three, which changes one file of production."""


def make(root: Path, count: int) -> None:
    """`count` models, each an example with its own name, memory and bounds, in three environments.

    Two of three serve on CPU with traffic limits and a training schedule, so that a model has
    about 15 objects in each environment.
    """
    from modelyard.bundle import shipped
    from modelyard.scaffold.repository import init

    examples = shipped() / "blueprints" / "repository" / "{{cookiecutter.directory}}" / "models"
    init(root, url="https://git.example.com/ml/models.git", git=False)
    texts = {path.stem: path.read_text() for path in sorted(examples.glob("*.yaml"))}
    for path in (root / "models").glob("*.yaml"):
        path.unlink()
    training = texts["demand-forecast"].partition("  training:\n")[2].partition("  secrets:\n")[0]
    fraud = texts["fraud-detection"].replace("  secrets:\n", f"  training:\n{training}  secrets:\n")
    shapes = (fraud, texts["demand-forecast"], fraud)
    for number in range(count):
        text = shapes[number % len(shapes)]
        name = f"model-{number:05d}"
        text = re.sub(r"name: (fraud-detection|demand-forecast)\b", f"name: {name}", text)
        text = text.replace("memory: 4Gi}", f"memory: {4 + number % 13}Gi}}")
        text = text.replace("max: 500ms", f"max: {200 + number % 700}ms")
        (root / "models" / f"{name}.yaml").write_text(text)
    widen(root, max(count, 10))


def widen(root: Path, count: int) -> None:
    """Give the namespaces of a repository room for so many models."""
    room = {
        "requests.cpu": f'"{100 * count}"',
        "requests.memory": f"{count}Ti",
        "limits.memory": f"{2 * count}Ti",
        "pods": f"{100 * count}",
    }
    for path in (root / "environments").glob("*.yaml"):
        text = path.read_text()
        for name, amount in room.items():
            text, found = re.subn(rf"(?m)^(    {re.escape(name)}: ).+$", rf"\g<1>{amount}", text)
            assert found == 1, (path, name)
        path.write_text(text)


def edit(spec: Path) -> None:
    """Change a number in a spec, as a person would."""
    text, count = BOUND.subn(lambda found: f"{found[1]}{int(found[2]) + 1}", spec.read_text())
    assert count == 1, spec
    spec.write_text(text)


def elsewhere(work: Callable[..., Made], *arguments: object) -> Made:
    """Do something in another process: a child's peak memory counts what its parent held when it
    was started, so the process that measures must stay small."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()
