"""A new repository: settings, environments and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard import __version__
from modelyard.bundle import shipped
from modelyard.load.reader import refused
from modelyard.scaffold import policies, schemas
from modelyard.scaffold.template import fill
from modelyard.spec.schema import schemas as all_schemas
from modelyard.spec.values import Url, Wrong

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = "blueprints/repository"


def init(target: Path, *, url: str, git: bool) -> list[str]:
    """Write a new repository into `target`; returns its files. Raises `Refused`."""
    _address(url)
    if target.exists() and not target.is_dir():
        raise refused("scaffold/exists", f"`{target}` is not a directory", str(target))
    environments = sorted((shipped() / "environments").glob("*.yaml"))
    files = fill(
        shipped() / TEMPLATE,
        {"directory": "repository", "url": url, "version": __version__},
        target,
        also={f"environments/{path.name}": path for path in environments},
    )
    files += schemas.write(target.resolve(), all_schemas())
    files += policies.write(target.resolve())
    if git:
        _init_git(target)
    return files


def _address(url: str) -> None:
    try:
        Url.read(url)
    except Wrong as error:
        raise refused("scaffold/url", f"the address {error}", "--url") from None


def _init_git(target: Path) -> None:
    """A git repository, unless `target` is inside one; without git on the machine, nothing."""
    try:
        from git import InvalidGitRepositoryError, Repo
    except ImportError:  # GitPython refuses to be imported where there is no git
        return
    try:
        Repo(target, search_parent_directories=True).close()
    except InvalidGitRepositoryError:
        Repo.init(target, initial_branch="main").close()
