"""A library of policies as it is kept between runs: functions as code, rules as no more than heads.

Because reading and compiling the policies takes longer than asking them about one model, a run that
finds them as they were takes what the last one made.
"""

from __future__ import annotations

import marshal
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.rego.policies import Group, Library
from modelyard.rego.syntax import Module, Rule, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.rego.values import Value

    Further = Callable[[str, str], tuple[int, Callable[..., Value]] | None]


def frozen(library: Library) -> bytes:
    """A library as bytes, for this version of Python."""
    heads = {id(rule): _head(rule) for module in library.modules for rule in module.rules}
    modules = [_head_of(module, heads) for module in library.modules]
    where = {id(module): index for index, module in enumerate(library.modules)}
    groups = [
        (
            group.path,
            group.kind,
            group.function,
            group.arity,
            [(where[id(module)], heads[id(rule)]) for module, rule in group.rules],
            group.code or marshal.dumps(group.compiled()),
            group.builtins,
            {name: value for name, value in group.constants.items() if name not in group.builtins},
        )
        for group in library.groups.values()
    ]
    return pickle.dumps((modules, groups, library.prints))


def thawed(data: bytes, further: Further) -> Library:
    """The library that was frozen. Only for bytes of our own."""
    modules, groups, prints = pickle.loads(data)  # noqa: S301 - our own cache, like bytecode
    library = Library((), further=further)
    library.modules, library.prints = modules, prints
    for path, kind, function, arity, rules, code, builtins, constants in groups:
        group = Group(path, kind, function, arity)
        group.rules = [(modules[index], rule) for index, rule in rules]
        group.code, group.builtins, group.constants = code, builtins, constants
        library.place(group)
    return library


def builtins(library: Library) -> set[str]:
    """The builtins that the policies of a library call."""
    return {name for group in library.groups.values() for name, _ in group.builtins.values()}


def _head_of(module: Module, heads: dict[int, Rule]) -> Module:
    rules = [heads[id(rule)] for rule in module.rules]
    return replace(module, imports=[], rules=rules, text="", subpackages=None)


def _head(rule: Rule) -> Rule:
    """What is asked of a rule once it is compiled."""
    nothing: Any = Scalar(None, rule.at)
    member = None if rule.member is None else nothing
    return replace(
        rule, args=None, member=member, value=nothing, body=[], orelse=None, annotations=None,
        document=None,
    )  # fmt: skip
