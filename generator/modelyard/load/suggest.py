"""The nearest valid name, for errors that end in "did you mean"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The one of `names` that `word` was probably meant to be, if any is near."""
    from difflib import get_close_matches

    known = {_bare(name): name for name in names}
    begun = [name for bare, name in known.items() if bare.startswith(_bare(word))]
    if len(begun) == 1 and len(word) > 2:
        return begun[0]
    found = get_close_matches(_bare(word), known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def did_you_mean(word: str, names: Iterable[str], *, what: str) -> str:
    """A sentence that names the nearest valid name, or all of them where they are few."""
    names = sorted(names)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if not names:
        return f"there is no {what} yet"
    listed = ", ".join(f"`{name}`" for name in names[:12])
    return f"{what}: {listed}{', …' if len(names) > 12 else ''}"


def _bare(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")
