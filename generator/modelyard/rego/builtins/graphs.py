"""Graphs, and values as trees. Facts: Open Policy Agent 1.21's `topdown/reachable.go`, `walk.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import MOST_ITEMS, object_, too_large, wrong
from modelyard.rego.values import Set, canonical, key, pairs

if TYPE_CHECKING:
    from collections.abc import Hashable

    from modelyard.rego.values import Key, Value

Graph = dict["str | Key", "Value"]


def _nodes(value: Value) -> list[Value]:
    return list(value) if type(value) is list or type(value) is Set else []


def _starts(value: Value) -> list[Value]:
    if type(value) is not list and type(value) is not Set:
        raise wrong(2, value, "{array, set}")
    return list(value)


@builtin("graph.reachable")
def reachable(graph: Value, start: Value) -> Value:
    """The nodes that edges lead to, with those to start at."""
    edges, queue, reached = object_(graph, 1), _starts(start), Set()
    while queue:
        node = queue.pop()
        if node not in reached and (name := key(node)) in edges:
            reached.add(node)
            queue.extend(_nodes(edges[name]))
    return reached


@builtin("graph.reachable_paths")
def reachable_paths(graph: Value, start: Value) -> Value:
    """The longest paths from nodes to start at."""
    edges, found = object_(graph, 1), Set()
    for node in _starts(start):
        if key(node) in edges:
            neighbors = _nodes(edges[key(node)])
            if not neighbors:
                found.add([node])
            for neighbor in neighbors:
                _paths(edges, neighbor, [node], found)
    return found


def _paths(edges: Graph, first: Value, before: list[Value], found: Set) -> None:
    """Add the paths that go on from a path."""
    todo: list[tuple[Value, list[Value], frozenset[Hashable]]] = [
        (first, before, frozenset(canonical(node) for node in before))
    ]
    while todo:
        node, path, seen = todo.pop()
        if key(node) not in edges:
            found.add(path)
            continue
        longer = [*path, node]
        neighbors = _nodes(edges[key(node)])
        if not neighbors:
            found.add(longer)
        seen = seen | {canonical(node)}
        for neighbor in neighbors:
            if canonical(neighbor) in seen:
                found.add(longer)
            else:
                todo.append((neighbor, longer, seen))
        if len(found) + len(todo) > MOST_ITEMS:
            raise too_large("the set of paths")


@builtin("walk")
def walk(value: Value) -> Value:
    """Every value in a value, with the path to it; the evaluator goes through them."""
    found: list[Value] = []
    todo: list[tuple[list[Value], Value]] = [([], value)]
    while todo:
        path, item = todo.pop()
        found.append([path, item])
        kind = type(item)
        if kind is list:
            inner = list(enumerate(item))
        elif kind is dict:
            inner = pairs(item)
        elif kind is Set:
            inner = [(one, one) for one in item]
        else:
            continue
        todo.extend([([*path, name], one) for name, one in reversed(inner)])
    return found
