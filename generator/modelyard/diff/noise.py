"""What changes with everything else and tells nothing by itself: digests in annotations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.diff.comparison import Field

_DIGEST = re.compile(r"(?:[a-z0-9]+:)?[0-9a-f]{32,128}")


def is_noise(field: Field) -> bool:
    """Whether a field is a digest in the annotations of an object itself.

    In those of a pod's template it is none: there it replaces pods, which is what it is for.
    """
    if field.route[:2] != ("metadata", "annotations") or len(field.route) != 3:
        return False
    found = (field.before, field.after)
    return all(isinstance(value, str) and _DIGEST.fullmatch(value) for value in found)
