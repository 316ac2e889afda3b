"""Rules that look as if they denied something, and never can.

Facts: conftest asks for sets and lists under plain names. A complete rule with another value counts
as a success, whatever its body says; a rule under a name with a dot is not asked at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.conftest.results import Note
from modelyard.conftest.rules import COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NO_COLLECTIONS = frozenset(("Scalar", "Object"))


def silent_rules(engine: object, namespaces: Iterable[str]) -> list[Note]:
    """A note for each such rule of some namespaces, where the engine has parsed the policies here."""
    modules: Iterable[Any] = getattr(getattr(engine, "library", None), "modules", ())
    wanted = frozenset(namespaces)
    return [
        note
        for module in modules
        if ".".join(module.package) in wanted
        for rule in module.rules
        for note in _notes(module.file, rule)
    ]


def _notes(file: str, rule: Any) -> Iterator[Note]:
    name = getattr(rule.ref[0], "name", getattr(rule.ref[0], "value", ""))
    if not (isinstance(name, str) and COUNTED.fullmatch(name)) or rule.default:
        return
    line = rule.at[0]
    keyed = len(rule.ref) == 2 and rule.member is None and not rule.plain
    if len(rule.ref) > 1 and not keyed:
        text = f"`{name}` is never evaluated here: its name goes on after a dot or bracket"
        yield Note("policy/never-asked", text, file, line)
    elif keyed or (
        rule.args is None and rule.member is None and type(rule.value).__name__ in _NO_COLLECTIONS
    ):
        text = f"`{name}` always passes: it is no set of messages; write `{name} contains … if`"
        yield Note("policy/always-passes", text, file, line)
