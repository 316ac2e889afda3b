"""The strict base of every document that people write."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Strings = Annotated[tuple[str, ...], Field(strict=False)]
"""A list of strings; a tuple once loaded, because a plan never changes."""


class Strict(BaseModel):
    """Unknown keys, wrong types and later changes are refused; keys are camelCase in YAML.

    The text under each field describes its key to editors: `modelyard.spec.schema` reads it from
    the source, because collecting it at import would cost every start.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, defer_build=True
    )
