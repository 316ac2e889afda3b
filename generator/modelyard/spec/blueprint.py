"""The blueprint: what a kind of model becomes."""

from typing import Annotated, Any, Literal

from pydantic import Field

from modelyard.spec.base import Strict, Strings
from modelyard.spec.values import Name


class Metadata(Strict):
    """Which blueprint this is."""

    name: Name
    """The blueprint's name: of its directory, and in `spec.blueprint` of a model."""
    description: Annotated[str, Field(min_length=1, max_length=500)]
    """What kind of model it is for, in one sentence."""


class Runtime(Strict):
    """A server that can run models of this kind."""

    description: str
    """What it is."""
    ignores: Strings
    """Keys of `spec` that it would ignore; a model that sets one is refused."""
    requires: Strings = ()
    """Keys of `spec` that it cannot do without."""


class Variant(Strict):
    """Defaults that hold only for some models."""

    when: Annotated[dict[str, str | bool], Field(min_length=1)]
    """For each key of `spec`: the value that it must have, or `true` where it must be set."""
    defaults: dict[str, Any]
    """The defaults, in the shape of a model's `spec`; later ones win."""


class BlueprintSpec(Strict):
    """What a kind of model becomes."""

    extends: Name | None = None
    """Another blueprint, whose runtimes and defaults hold unless this one says otherwise."""
    builders: Strings = ()
    """The manifests that a model becomes, in reading order; without any, those of `extends`."""
    runtimes: dict[Name, Runtime] = Field(default_factory=dict)
    """The servers that can run such a model."""
    defaults: dict[str, Any] = Field(default_factory=dict)
    """Defaults, in the shape of a model's `spec`."""
    variants: Annotated[tuple[Variant, ...], Field(strict=False)] = ()
    """Defaults that hold only for some models, in the order in which they apply."""


class Blueprint(Strict):
    """A kind of model."""

    api_version: Literal["modelyard/v1"]
    """The version of this format."""
    kind: Literal["Blueprint"]
    """What this file is."""
    metadata: Metadata
    """Which blueprint this is."""
    spec: BlueprintSpec
    """What a kind of model becomes."""
