"""One change of a text, which leaves every other character where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from modelyard.fix.meant import last_first
from modelyard.fix.nodes import CannotFix, comments, end, item, pair, read
from modelyard.fix.written import inline, lines

if TYPE_CHECKING:
    from modelyard.findings import Fix, Route
    from modelyard.fix.nodes import Source


def edited(text: str, fix: Fix) -> str:
    """The text of one document with all changes of a fix; raises `CannotFix`."""
    try:
        for route, name in fix.rename:
            text = rename(read(text), route, name)
        for route in fix.quote:
            text = quote(read(text), route)
        for route, value in fix.put:
            text = put(read(text), route, value)
        for route in last_first(fix.drop):
            text = drop(read(text), route)
    except LookupError:
        raise CannotFix("the place is not there any more") from None
    return text


def put(source: Source, route: Route, value: Any) -> str:
    """A value in the place of another, or a new one; missing parents are made."""
    depth = _depth(source, route)
    if depth == len(route):
        return _replaced(source, route, value)
    for step in reversed(route[depth + 1 :]):
        if isinstance(step, int) and step:
            raise CannotFix("the list has no such place")
        value = {step: value} if isinstance(step, str) else [value]
    parent, step = source.at(route[:depth]), route[depth]
    if isinstance(parent, yaml.MappingNode) and isinstance(step, str):
        return _into_mapping(source, parent, step, value)
    if isinstance(parent, yaml.SequenceNode) and step == len(parent.value):
        return _into_list(source, parent, value)
    if _is_nothing(parent) and isinstance(step, str):
        return _replaced(source, route[:depth], {step: value})
    raise CannotFix("something else stands there")


def rename(source: Source, route: Route, name: str) -> str:
    """A key with another name; nothing else moves."""
    parent = source.at(route[:-1])
    key, _ = pair(parent, route[-1])
    if any(other.value == name for other, _ in parent.value if other is not key):
        raise CannotFix(f"there is a key `{name}` already")
    return _swapped(source, key, inline(name, as_json=source.is_json, quotes=key.style))


def quote(source: Source, route: Route) -> str:
    """A number or a truth value as text, letter for letter."""
    node = source.at(route)
    if not isinstance(node, yaml.ScalarNode) or node.style or not node.value:
        raise CannotFix("it is no plain number")
    return _swapped(source, node, f'"{raw(source, route)}"')


def raw(source: Source, route: Route) -> str:
    """What stands at a place, letter for letter."""
    node = source.at(route)
    return source.text[node.start_mark.index : node.end_mark.index]


def drop(source: Source, route: Route) -> str:
    """The text without a key, or an item of a list."""
    parent, step = source.at(route[:-1]), route[-1]
    if not isinstance(parent, yaml.CollectionNode):
        raise LookupError(route)
    if len(parent.value) < 2:
        raise CannotFix("nothing else would be left there")
    if isinstance(parent, yaml.MappingNode):
        found = pair(parent, step)
        index = next(n for n, both in enumerate(parent.value) if both[0] is found[0])
        spans = [(key.start_mark.index, end(source, value)) for key, value in parent.value]
    else:
        item(parent, step)
        index = int(step)
        spans = [(one.start_mark.index, end(source, one)) for one in parent.value]
    if parent.flow_style:
        return _cut(source, *_in_brackets(spans, index))
    if isinstance(parent, yaml.SequenceNode):
        start = _dash(source, parent, spans[index][0])
        return _cut_lines(source, start, spans[index][1])
    if source.text[source.line_start(spans[index][0]) : spans[index][0]].strip():
        return _cut(source, spans[index][0], spans[index + 1][0])
    return _cut_lines(source, *spans[index])


def _depth(source: Source, route: Route) -> int:
    """How many steps of a route lead somewhere."""
    for depth in range(1, len(route) + 1):
        try:
            source.at(route[:depth])
        except LookupError:
            return depth - 1
    return len(route)


def _in_flow(source: Source, route: Route) -> bool:
    """Whether what stands at a route stands between brackets."""
    return any(source.at(route[:depth]).flow_style for depth in range(len(route)))


def _is_nothing(node: Any) -> bool:
    words = ("", "~", "null", "Null", "NULL")
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in words


def _swapped(source: Source, node: Any, text: str) -> str:
    start, stop = node.start_mark.index, node.end_mark.index
    return source.text[:start] + text + source.text[stop:]


def _replaced(source: Source, route: Route, value: Any) -> str:
    node = source.at(route)
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            return _replaced_lines(source, node, value)
        if not source.text[node.start_mark.index : node.end_mark.index]:
            return _filled(source, route, value)
        bare = not _in_flow(source, route)
        text = inline(value, as_json=source.is_json, quotes=node.style, bare=bare)
        return _swapped(source, node, text)
    if not node.flow_style:
        raise CannotFix("what stands there has lines of its own")
    if comments(source, node.start_mark.index, node.end_mark.index):
        raise CannotFix("a comment stands in it")
    return _swapped(source, node, inline(value, as_json=source.is_json))


def _filled(source: Source, route: Route, value: Any) -> str:
    """Something where nothing was written."""
    place = source.at(route).start_mark.index
    if isinstance(value, dict) and value and not _in_flow(source, route):
        parent = source.at(route[:-1])
        if not isinstance(parent, yaml.MappingNode):
            raise CannotFix("the list has nothing in this place")
        column = parent.value[0][0].start_mark.column + 2
        return _with_lines(source, place, lines(value, column, source.ending))
    text = inline(value, as_json=source.is_json)
    return f"{source.text[:place]} {text}{source.text[place:]}"


def _replaced_lines(source: Source, node: Any, value: Any) -> str:
    """Lines of a literal text in the place of others, as many as there were."""
    start = source.line_end(node.start_mark.index)
    if node.style != "|" or not isinstance(value, str):
        raise CannotFix("what stands there has lines of its own")
    old, new = node.value.split("\n"), value.split("\n")
    if len(old) != len(new) or source.ending != "\n":
        raise CannotFix("the text would have other lines")
    written = source.text[start : node.end_mark.index].split("\n")
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            if number >= len(written) or not written[number].endswith(before):
                raise CannotFix("the text is written otherwise")
            written[number] = written[number].removesuffix(before) + after
    return source.text[:start] + "\n".join(written) + source.text[node.end_mark.index :]


def _into_mapping(source: Source, node: Any, key: str, value: Any) -> str:
    if node.flow_style:
        text = f"{inline(key, as_json=source.is_json)}: {inline(value, as_json=source.is_json)}"
        firsts = [name.start_mark for name, _ in node.value]
        return _between_brackets(source, node, firsts, text)
    column = node.value[0][0].start_mark.column
    return _with_lines(source, end(source, node), lines({key: value}, column, source.ending))


def _into_list(source: Source, node: Any, value: Any) -> str:
    if node.flow_style:
        firsts = [one.start_mark for one in node.value]
        return _between_brackets(source, node, firsts, inline(value, as_json=source.is_json))
    column = node.start_mark.column
    new = lines(value, column, source.ending, as_item=True)
    return _with_lines(source, end(source, node), new)


def _with_lines(source: Source, place: int, new: str) -> str:
    """New lines after the line of a place."""
    after = source.line_end(place)
    before = source.text[:after]
    if not before.endswith("\n"):
        before, new = before + source.ending, new.removesuffix(source.ending)
    return before + new + source.text[after:]


def _between_brackets(source: Source, node: Any, firsts: list[Any], text: str) -> str:
    """Something more in a collection in brackets, on a line of its own where the last one has one."""
    if not firsts:
        inside = node.start_mark.index + 1
        if source.text[inside : node.end_mark.index - 1].strip():
            raise CannotFix("a comment stands in it")
        return source.text[:inside] + text + source.text[node.end_mark.index - 1 :]
    place = end(source, node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1])
    margin = source.text[source.line_start(firsts[-1].index) : firsts[-1].index]
    apart = f"{source.ending}{margin}" if not margin.strip() and firsts[-1].line else " "
    return f"{source.text[:place]},{apart}{text}{source.text[place:]}"


def _in_brackets(spans: list[tuple[int, int]], index: int) -> tuple[int, int]:
    """What is taken away with one of several: the comma on one side of it."""
    if index:
        return spans[index - 1][1], spans[index][1]
    return spans[0][0], spans[1][0]


def _dash(source: Source, parent: Any, start: int) -> int:
    """Where the `-` of an item stands, which begins a line."""
    found = len(source.text[:start].rstrip()) - 1
    margin = source.text[source.line_start(found) : found]
    if source.text[found : found + 1] != "-" or margin != " " * parent.start_mark.column:
        raise CannotFix("the item does not begin a line")
    return found


def _cut_lines(source: Source, start: int, stop: int) -> str:
    return _cut(source, source.line_start(start), source.line_end(stop))


def _cut(source: Source, start: int, stop: int) -> str:
    if comments(source, start, stop):
        raise CannotFix("a comment would be lost")
    return source.text[:start] + source.text[stop:]
