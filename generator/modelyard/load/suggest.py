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


def surely(word: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `word` certainly was meant to be: a slip or two away, and alone so."""
    near = {
        name for name in names if _slips(_bare(word), _bare(name)) <= (1 if len(name) < 7 else 2)
    }
    if len(near) != 1:
        return None
    found = near.pop()
    return found if _digits(word) == _digits(found) else None


def _digits(word: str) -> list[str]:
    """Numbers that differ are no slip: `v2` is not a misspelt `v1`."""
    return [character for character in word if character.isdigit()]


def _slips(one: str, other: str) -> int:
    """How many letters are too many, missing, wrong, or beside their place; 9 for more than a few."""
    if abs(len(one) - len(other)) > 2:
        return 9
    before: list[int] = []
    line = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        last, before, line = before, line, [n]
        for m, wanted in enumerate(other, 1):
            found = min(before[m] + 1, line[m - 1] + 1, before[m - 1] + (letter != wanted))
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == wanted:
                found = min(found, last[m - 2] + 1)
            line.append(found)
    return line[-1]


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
