"""Risks that are the same for several models, or in several environments, as one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.diff.comparison import Comparison, Risk

STAR = "*"
"""Stands for the name of each model."""


@dataclass(slots=True)
class Group:
    """A risk, and where else it is the same but for the model's name."""

    risk: Risk
    environments: dict[str, None] = field(default_factory=dict)
    models: dict[str, None] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What it does, for one model or for all of them."""
        return self._generic(self.risk.message)

    @property
    def about(self) -> str:
        """The kind of object, and its name or what the names have in common."""
        ref = self.risk.ref
        return f"{ref.kind} {self._generic(ref.name)}" if ref is not None else ""

    def _generic(self, text: str) -> str:
        return text.replace(model_of(self.risk), STAR) if len(self.models) > 1 else text


def grouped(comparison: Comparison) -> list[Group]:
    """Every risk but cosmetic ones, worst first."""
    found: dict[tuple[object, ...], Group] = {}
    for environment in comparison.environments:
        for risk in environment.risks:
            if risk.kind == "cosmetic":
                continue
            model = model_of(risk)
            about = (risk.ref.kind, _starred(risk.ref.name, model)) if risk.ref else ()
            key = (risk.kind, risk.level, about, _starred(risk.message, model), risk.help)
            group = found.setdefault(key, Group(risk))
            group.environments[environment.name] = None
            group.models[model] = None
    return sorted(found.values(), key=lambda group: group.risk.sort_key)


def model_of(risk: Risk) -> str:
    """The directory that a risk is about; of an environment as a whole, its file."""
    parts = risk.location.file.split("/")
    return parts[2] if len(parts) > 2 else risk.location.file


def _starred(text: str, model: str) -> str:
    return text.replace(model, STAR)
