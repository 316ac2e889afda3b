"""Where the time of one command goes: run it in this process, with a stopwatch at every step.

Started by `shares.py` as `steps.py REPORT WORD...`. A profiler would more than double the time, and
most of all that of small functions; here some functions only are wrapped, and a step that runs
inside another one is not counted twice. Nothing is imported that modelyard would import itself.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

IMPORTS, OTHER = "imports", "everything else"
STEPS = {
    "ask the file system": (
        "modelyard.load.repository:find_root",
        "modelyard.load.selection:choose",
        "modelyard.write.state:State.__init__",
        "modelyard.work.survey:Survey.__init__",
        "modelyard.work.survey:Survey.changed_specs",
        "modelyard.work.survey:Survey.changed_trees",
        "modelyard.work.survey:Survey.is_known",
        "modelyard.work.survey:directories",
        "modelyard.work.survey:is_ours",
    ),
    "read locks of others": ("modelyard.work.session:Session.kinds",),
    "load specs": (
        "modelyard.load.repository:Repository.text",
        "modelyard.load.files:load",
        "modelyard.load.files:load_model",
        "modelyard.load.files:load_environment",
        "modelyard.load.files:load_blueprint",
    ),
    "resolve": (
        "modelyard.resolve.resolution:environments",
        "modelyard.resolve.resolution:combine",
        "modelyard.resolve.resolve:resolve",
    ),
    "build": (
        "modelyard.build.tree:build_model",
        "modelyard.build.tree:build_platform",
        "modelyard.build.tree:build_argocd",
    ),
    "format": ("modelyard.emit:render",),
    "compare": (
        "modelyard.work.shard:Shard.compared",
        "modelyard.work.shard:Shard.trusted",
        "modelyard.write.changes:compare",
    ),
    "check": ("modelyard.check.inspection:Inspector.directory",),
    "write": (
        "modelyard.write.swap:Writer.prepare",
        "modelyard.write.swap:Writer.write",
    ),
    "remember": ("modelyard.work.session:Session.remember",),
}
"""Functions and methods by step. One that is gone is told, and its time is in everything else."""


class Stopwatch:
    """The time of the innermost step, at any moment of one only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {OTHER: 0.0}
        self._inside = [OTHER]
        self._since = time.perf_counter()

    def change(self, step: str | None) -> None:
        """Go into a step, or with `None` out of the innermost one."""
        now = time.perf_counter()
        here = self._inside[-1]
        self.seconds[here] = self.seconds.get(here, 0.0) + now - self._since
        self._since = now
        if step is None:
            self._inside.pop()
        else:
            self._inside.append(step)

    def around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted to a step."""

        def timed(*arguments: Any, **more: Any) -> Any:
            self.change(step)
            try:
                return function(*arguments, **more)
            finally:
                self.change(None)

        return timed


class Wrapping:
    """Wraps functions as soon as their module is there, before anyone imports them from it."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch
        self.waiting = {name: step for step, names in STEPS.items() for name in names}
        self._import = builtins.__import__

    def install(self) -> None:
        """Be told of every import."""
        builtins.__import__ = self.imported
        importlib.import_module = self.around_import(importlib.import_module)

    def imported(self, *arguments: Any, **more: Any) -> Any:
        """An import statement."""
        return self.around_import(self._import)(*arguments, **more)

    def around_import(self, importing: Callable[..., Any]) -> Callable[..., Any]:
        """An import, with its time counted and what it brings wrapped."""

        def timed(*arguments: Any, **more: Any) -> Any:
            known = len(sys.modules)
            self.watch.change(IMPORTS)
            try:
                return importing(*arguments, **more)
            finally:
                if len(sys.modules) != known:
                    self.wrap()
                self.watch.change(None)

        return timed

    def wrap(self) -> None:
        """Everything that is there by now."""
        for name in list(self.waiting):
            module, _, path = name.partition(":")
            owner: Any = sys.modules.get(module)
            *classes, last = path.split(".")
            for each in classes:
                owner = getattr(owner, each, None)
            function = getattr(owner, last, None) if owner is not None else None
            if function is not None:
                setattr(owner, last, self.watch.around(self.waiting.pop(name), function))

    def gone(self) -> list[str]:
        """Functions that are not in their module any more."""
        return [name for name in self.waiting if name.partition(":")[0] in sys.modules]


def main(words: list[str]) -> int:
    """Run a command of modelyard, and write down where its time went."""
    report, *command = words
    watch = Stopwatch()
    wrapping = Wrapping(watch)
    wrapping.install()
    from modelyard.cli import main as modelyard

    code = modelyard(command)
    watch.change(OTHER)
    told = {"seconds": dict(watch.seconds), "gone": wrapping.gone()}
    import json

    with open(report, "w") as file:  # noqa: PTH123 - pathlib is modelyard's to import
        json.dump(told, file)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
