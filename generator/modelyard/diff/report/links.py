"""Addresses of the lines that people edited, for as far as they have been committed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from modelyard.errors import Refused
from modelyard.load.git import Git

if TYPE_CHECKING:
    from modelyard.findings import Cause
    from modelyard.load.repository import Repository

BLOBS = (
    ("gitlab", "/-/blob/{commit}/{file}#L{line}"),
    ("bitbucket", "/src/{commit}/{file}#lines-{line}"),
    ("", "/blob/{commit}/{file}#L{line}"),
)
"""How a host names a line of a file, by a word in the host's name."""


class Link:
    """Names lines, and knows where they can be read."""

    def __init__(self, address: str = "", commit: str = "", prefix: str = "") -> None:
        """Without an address and a commit there are no links."""
        self._address, self._commit, self._prefix = address, commit, prefix
        self.changed: frozenset[str] = frozenset()
        """Files that are not as they were committed, of which lines may have moved."""

    def text(self, cause: Cause) -> str:
        """A line in words."""
        return f"{cause.location.file}:{cause.location.line}"

    def url(self, cause: Cause) -> str:
        """Where a line can be read; empty where it cannot."""
        file = cause.location.file
        if not self._address or file in self.changed or file.startswith("modelyard:"):
            return ""
        host = urlsplit(self._address).hostname or ""
        form = next(form for word, form in BLOBS if word in host)
        path = quote(f"{self._prefix}{file}")
        return self._address + form.format(commit=self._commit, file=path, line=cause.location.line)


def links(repository: Repository) -> Link:
    """Links for the last commit of a repository, at the address that its settings give."""
    git = Git(repository.root)
    commit = git.commit("HEAD")
    address = web(str(repository.settings.value.spec.repository))
    if commit is None or not address:
        return Link()
    found = Link(address, commit, git.prefix)
    try:
        listed = git.run("diff-index", "--name-only", "-z", "--relative", commit)
    except Refused:
        return Link()
    found.changed = frozenset(path.decode("utf-8", "replace") for path in listed.split(b"\0"))
    return found


def web(address: str) -> str:
    """The address that a browser takes, of a repository that git takes; empty for others."""
    if address.startswith("git@") and ":" in address:
        host, _, path = address.removeprefix("git@").partition(":")
        address = f"https://{host}/{path}"
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http", "ssh") or not parts.hostname:
        return ""
    path = quote(parts.path.removesuffix("/").removesuffix(".git"))
    port = f":{parts.port}" if parts.port and parts.scheme != "ssh" else ""
    scheme = "http" if parts.scheme == "http" else "https"
    return f"{scheme}://{parts.hostname}{port}{path}"
