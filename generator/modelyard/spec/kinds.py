"""The documents and parts that are validated, by name, so that none need be imported to name one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import BaseModel

    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Deployment, Model, RuleException, Spec
    from modelyard.spec.resolved import Resolved
    from modelyard.spec.settings import Settings

Typed = TypeVar("Typed", bound="BaseModel", covariant=True)


class Kind(Generic[Typed]):
    """A type of `modelyard.spec`, imported when it is first needed."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    @property
    def shape(self) -> str:
        """Its name among the shapes."""
        return f"{self.module.rpartition('.')[2]}.{self.name}"

    @property
    def type(self) -> type[Typed]:
        """The pydantic model."""
        return cast("type[Typed]", getattr(import_module(self.module), self.name))


MODEL: Kind[Model] = Kind("modelyard.spec.model", "Model")
SPEC: Kind[Spec] = Kind("modelyard.spec.model", "Spec")
DEPLOYMENT: Kind[Deployment] = Kind("modelyard.spec.model", "Deployment")
EXCEPTION: Kind[RuleException] = Kind("modelyard.spec.model", "RuleException")
ENVIRONMENT: Kind[Environment] = Kind("modelyard.spec.environment", "Environment")
BLUEPRINT: Kind[Blueprint] = Kind("modelyard.spec.blueprint", "Blueprint")
SETTINGS: Kind[Settings] = Kind("modelyard.spec.settings", "Settings")
RESOLVED: Kind[Resolved] = Kind("modelyard.spec.resolved", "Resolved")

ALL: tuple[Kind[BaseModel], ...] = (
    MODEL,
    SPEC,
    DEPLOYMENT,
    EXCEPTION,
    ENVIRONMENT,
    BLUEPRINT,
    SETTINGS,
    RESOLVED,
)
