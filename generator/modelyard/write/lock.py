"""A directory's lock: which files are ours, and what we wrote into them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

RELEASE_LOCK = "release.lock"
"""Read by the ApplicationSet too, which makes an Application of each directory that has one."""
ARGOCD_LOCK = "argocd.lock"
"""Because Argo CD's own objects are not synced by an Application, their lock has another name."""
LOCKS = (RELEASE_LOCK, ARGOCD_LOCK)

_ENTRY = re.compile(r'"([^"/\\]+\.yaml)":\s*"(sha256:[0-9a-f]{64})"')


def owned(text: bytes) -> dict[str, set[str]]:
    """Every file that a lock names, with the digests that it may have.

    Because two branches that changed one model leave a conflict in its lock, and a conflict must
    not make our files foreign, entries are found one by one, whatever stands between them. A
    name with a slash is never ours.
    """
    found: dict[str, set[str]] = {}
    for name, digest in _ENTRY.findall(text.decode("utf-8", "replace")):
        found.setdefault(name, set()).add(digest)
    return found


def parsed(text: bytes) -> Mapping[str, Any] | None:
    """The lock as a mapping, or `None` where it cannot be read."""
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
