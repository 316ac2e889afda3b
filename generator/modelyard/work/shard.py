"""A share of the models: rendered and compared first, written only when everything is sound."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from modelyard import pipeline
from modelyard.check.differences import orphan, with_way_out
from modelyard.load.repository import TREE
from modelyard.work.result import Result, Share, Task
from modelyard.work.survey import is_ours
from modelyard.write.changes import Change, compare, removal
from modelyard.write.handover import unsafe_autoscaler
from modelyard.write.state import Fingerprint, fingerprint
from modelyard.write.swap import Writer

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelyard.check.inspection import Inspector
    from modelyard.load.repository import Repository


class Shard:
    """Renders its models, remembers what would change, and writes it when told to."""

    def __init__(
        self,
        repository: Repository,
        *,
        force: bool = False,
        check: bool,
        rules: bool = True,
    ) -> None:
        self.repository = repository
        self.force = force
        self.check = check
        self.rules = rules
        self.changes: list[Change] = []

    @cached_property
    def writer(self) -> Writer:
        """Writes below the repository's root."""
        return Writer(self.repository.root)

    @cached_property
    def inspector(self) -> Inspector:
        """Checks what lies in directories; made late, because rendering needs none."""
        from modelyard.check.inspection import Inspector

        return Inspector(self.repository, rules=self.rules)

    def prepare(self, tasks: list[Task]) -> Share:
        """Render models and compare them with what is there. Nothing is written."""
        share = Share()
        for model, wanted, rendered in tasks:
            outputs, findings = pipeline.model_outputs(self.repository, model, wanted)
            share.findings += findings
            if findings:
                continue
            share.deployed[model] = pipeline.deployed(self.repository, model)
            share.results += [self._one(output, rendered) for output in outputs]
            share.results += self._withdrawn(model, wanted, share.deployed[model])
        return share

    def _one(self, output: pipeline.Output, rendered: Collection[str]) -> Result:
        environment = output.tree.environment
        return self.trusted(output) if environment in rendered else self.compared(output)

    def compared(self, output: pipeline.Output) -> Result:
        """One directory against what is there."""
        root, result = str(self.repository.root), self._result(output)
        change, findings = compare(root, output.rendered, force=self.force)
        result.written, result.removed = tuple(sorted(change.files)), change.removed
        result.exists = change.exists
        result.foreign = any(name not in output.rendered.files for name in change.kept)
        if self.check:
            result.inspected(self.inspector.directory(output, change, findings))
            return result
        result.findings = with_way_out(self.repository, output, findings)
        if change:
            self.changes.append(change)
            if not self.force and not findings:
                result.findings += unsafe_autoscaler(root, output)
        return result

    def trusted(self, output: pipeline.Output) -> Result:
        """A directory that is what rendering would make, by the file system's word: only checked."""
        result = self._result(output)
        unchanged = Change(result.directory, {}, exists=True)
        result.inspected(self.inspector.directory(output, unchanged, []))
        return result

    def _result(self, output: pipeline.Output) -> Result:
        tree = output.tree
        return Result(
            tree.directory,
            tree.name,
            tree.environment,
            kinds=tuple(sorted(tree.kinds())),
            refers_to=pipeline.refers_to(output),
            fingerprint=fingerprint(f"{self.repository.root}/{tree.directory}"),
        )

    def withdrawn(self, directory: str, model: str, environment: str) -> Result:
        """A directory in which nothing of ours should be left."""
        change, findings = removal(str(self.repository.root), directory, force=self.force)
        result = Result(directory, model, environment, removed=change.removed, findings=findings)
        if self.check:
            result.findings = [orphan(directory)]
        elif change:
            self.changes.append(change)
        return result

    def _withdrawn(
        self, model: str, wanted: tuple[str, ...], deployed: tuple[str, ...]
    ) -> list[Result]:
        """Directories of a model in environments that it has left."""
        left = [name for name in wanted if name not in deployed]
        found = [(f"{TREE}/{name}/{model}", name) for name in left]
        return [
            self.withdrawn(directory, model, name)
            for directory, name in found
            if is_ours(self.repository.root, directory)
        ]

    def forget(self) -> None:
        """Leave what was prepared before to the process that did."""
        self.changes = []

    def commit(self) -> dict[str, Fingerprint | None]:
        """Write what was prepared; returns the new fingerprints, by directory."""
        for change in self.changes:
            self.writer.write(change)
        root = self.repository.root
        return {
            change.directory: fingerprint(f"{root}/{change.directory}") for change in self.changes
        }
