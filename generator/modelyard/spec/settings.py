"""The settings of a repository: `modelyard.yaml` at its top."""

from typing import Literal

from modelyard.spec.base import Strict, Strings
from modelyard.spec.values import Url


class SettingsSpec(Strict):
    """What holds for the whole repository."""

    repository: Url
    """The address of this git repository, as Argo CD reaches it."""
    schemas: Strings = ()
    """Files with custom resource definitions, relative to the repository; `*` and `**` work."""


class Settings(Strict):
    """The settings of a repository."""

    api_version: Literal["modelyard/v1"]
    """The version of this format."""
    kind: Literal["Repository"]
    """What this file is."""
    spec: SettingsSpec
    """What holds for the whole repository."""
