"""The second look: what a change deploys, judged by what its base allows."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.check import exceptions
from modelyard.check.inspection import Inspector
from modelyard.errors import Refused
from modelyard.findings import Finding
from modelyard.load.document import parse
from modelyard.load.repository import Repository
from modelyard.work.shard import Shard

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.check.exceptions import Exemption
    from modelyard.check.objects import Manifest
    from modelyard.gate.base import Base
    from modelyard.load.document import Document, Loaded
    from modelyard.pipeline import Output
    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Model
    from modelyard.spec.settings import Settings
    from modelyard.work.result import Share, Task


class Judged(Repository):
    """What the change deploys, where the base says what is allowed."""

    def __init__(self, head: Repository, base: Base, folder: Path) -> None:
        """`folder` holds the policies and the definitions of the base."""
        super().__init__(head.root)
        self.head, self.base, self.folder = head, base, folder

    @property
    def policies(self) -> Path:
        """Those of the base."""
        return self.folder / "policies"

    @property
    def definitions(self) -> Path:
        """Those of the base."""
        return self.folder

    @cached_property
    def settings(self) -> Loaded[Settings]:
        """Those of the base; raises `Refused`."""
        return self.base.past.settings

    @cached_property
    def environment_names(self) -> tuple[str, ...]:
        """Those that the change deploys to."""
        return self.head.environment_names

    def environment(self, name: str) -> Loaded[Environment]:
        """What the base says of a place; what it has models do by default, the change says itself."""
        ours = self.head.environment(name)
        theirs = self._known(ours)
        if theirs is None:
            return ours
        spec = _with(theirs.value.spec, defaults=ours.value.spec.defaults)
        return replace(theirs, value=_with(theirs.value, spec=spec, metadata=ours.value.metadata))

    def model(self, name: str) -> Loaded[Model]:
        """That of the change."""
        return self.head.model(name)

    def blueprint(self, name: str) -> Loaded[Blueprint]:
        """That of the change."""
        return self.head.blueprint(name)

    def _known(self, ours: Loaded[Environment]) -> Loaded[Environment] | None:
        """The base's environment of the same name; of a new one, another with the same namespace.

        Because a second name for a place must not be a second set of rules for it.
        """
        past = self.base.past
        name = ours.value.metadata.name
        if name in past.environment_names:
            return past.environment(name)
        for other in past.environment_names:
            found = past.environment(other)
            if _place(found) == _place(ours):
                return found
        return None


def _place(environment: Loaded[Environment]) -> tuple[object, ...]:
    spec = environment.value.spec
    return (spec.cluster.server, spec.cluster.name, spec.namespace)


def _with(value: Any, **changes: Any) -> Any:
    """A value with other fields; one that was read by its shape alone is no model of pydantic's."""
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**{**vars(value), **changes})
    return value.model_copy(update=changes)


class StrictInspector(Inspector):
    """Asks what the base asks, and lets pass what the base lets pass."""

    def __init__(self, head: Repository, judged: Judged) -> None:
        super().__init__(head, facts=judged)
        self.base = judged.base

    def exemptions(
        self, output: Output, manifests: list[Manifest], lying: dict[str, list[Document]]
    ) -> tuple[list[Exemption], list[Finding]]:
        """The exceptions that the base has already."""
        found, _ = super().exemptions(output, manifests, lying)
        annotated = [one for one in found if one.suppression.kind == "annotation"]
        texts = {m.file: m.annotations.get(exceptions.ANNOTATION) for m in manifests}
        known = [one for one in annotated if self._had(one, texts.get(one.scope))]
        told = [_new_annotation(one, self.base.name) for one in annotated if one not in known]
        return [*self._of_spec(output), *known], told

    def _of_spec(self, output: Output) -> list[Exemption]:
        """Those of the model's spec."""
        if output.resolution is None:
            return []
        try:
            model = self.base.past.model(output.tree.name)
        except Refused:
            return []
        known = self.repository.environment_names
        deployed = [name for name in known if name in model.value.environments]
        return exceptions.of_model(model, output.tree.environment, deployed)

    def _had(self, exemption: Exemption, text: object) -> bool:
        """Whether the same object had the same annotation in the base."""
        data = self.base.text(exemption.scope)
        documents, _ = parse(
            exemption.scope, (data or b"").decode("utf-8", "replace"), kubernetes=True
        )
        for document in documents:
            value = document.value if isinstance(document.value, dict) else {}
            metadata = value.get("metadata")
            metadata = metadata if isinstance(metadata, dict) else {}
            same = (value.get("kind"), metadata.get("name")) == (exemption.kind, exemption.name)
            annotations = metadata.get("annotations")
            if same and isinstance(annotations, dict) and text is not None:
                return bool(annotations.get(exceptions.ANNOTATION) == text)
        return False


def _new_annotation(exemption: Exemption, base: str) -> Finding:
    return Finding(
        "gate/exception",
        f"an annotation that is new here makes an exception from `{exemption.rule}`, which does not"
        f" count before {base} has it",
        exemption.place,
        "warning",
    )


class SecondLook(Shard):
    """Looks at directories of the change as its base would."""

    def __init__(self, head: Repository, judged: Judged) -> None:
        super().__init__(head, check=True)
        self.judged = judged

    @cached_property
    def inspector(self) -> Inspector:
        """Asks what the base asks."""
        return StrictInspector(self.repository, self.judged)

    def prepare(self, tasks: list[Task]) -> Share:
        """What the base would find in the trees, and in the specs that they are made from."""
        share = super().prepare(tasks)
        for model, wanted, _ in tasks:
            _, wrong = pipeline.model_outputs(self.judged, model, wanted)
            share.findings += wrong
        return share
