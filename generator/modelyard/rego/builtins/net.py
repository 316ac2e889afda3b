"""Ranges of addresses. Facts: Open Policy Agent 1.21's `topdown/cidr.go`, Go's package `net`."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, summarize_address_range
from typing import TYPE_CHECKING, NamedTuple

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import string, too_large
from modelyard.rego.values import Set, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.rego.values import Value

_MOST_ADDRESSES = 1 << 20
_MAPPED = 0xFFFF << 32


class _Range(NamedTuple):
    """Addresses of 32 or 128 bits that begin alike."""

    address: int
    prefix: int
    bits: int

    @property
    def first(self) -> int:
        return self.address >> (self.bits - self.prefix) << (self.bits - self.prefix)

    @property
    def last(self) -> int:
        return self.first | ((1 << (self.bits - self.prefix)) - 1)

    def has(self, address: int, bits: int) -> bool:
        return bits == self.bits and self.first <= address <= self.last


def _address(text: str) -> tuple[int, int] | None:
    """An address and its bits; one of IPv4 in IPv6 is one of IPv4."""
    if not text.isascii() or "%" in text:
        return None
    try:
        found = ip_address(text)
    except ValueError:
        return None
    value = int(found)
    if found.version == 6 and value >> 32 == 0xFFFF:
        return value & 0xFFFFFFFF, 32
    return value, 32 if found.version == 4 else 128


def _range(text: str) -> _Range:
    address, _, digits = text.partition("/")
    found = _address(address)
    written = 128 if ":" in address else 32
    if found is None or not re.fullmatch("[0-9]{1,3}", digits) or int(digits) > written:
        raise BuiltinError(f"invalid CIDR address: {text}")
    value, bits = found
    prefix = int(digits)
    if written > bits:
        # Go keeps a range that is written in IPv6 in IPv6, but prints it as IPv4 if it can.
        return _Range(value | _MAPPED, prefix, 128)
    return _Range(value, prefix, bits)


def _shown(address: int, bits: int) -> str:
    if bits == 128 and address >> 32 == 0xFFFF:
        return str(IPv4Address(address & 0xFFFFFFFF))
    return str(IPv4Address(address)) if bits == 32 else _ipv6(address)


def _ipv6(address: int) -> str:
    return str(IPv6Address(address))


@builtin("net.cidr_is_valid")
def is_valid(text: Value) -> Value:
    """Whether a text is a range of addresses."""
    if type(text) is not str:
        return False
    try:
        _range(text)
    except BuiltinError:
        return False
    return True


def _contains(whole: _Range, text: str) -> bool:
    address = _address(text)
    if address is not None:
        return _has(whole, *address)
    try:
        part = _range(text)
    except BuiltinError:
        raise BuiltinError(
            f"not a valid textual representation of an IP address or CIDR: {text}"
        ) from None
    return _has(whole, part.first, part.bits) and _has(whole, part.last, part.bits)


def _has(whole: _Range, address: int, bits: int) -> bool:
    if bits == 128 and address >> 32 == 0xFFFF:
        address, bits = address & 0xFFFFFFFF, 32
    if whole.bits == 128 and whole.first >> 32 == 0xFFFF and whole.prefix >= 96:
        whole = _Range(whole.first & 0xFFFFFFFF, whole.prefix - 96, 32)
    return whole.has(address, bits)


@builtin("net.cidr_contains")
def contains(whole: Value, part: Value) -> Value:
    """Whether a range has an address, or another range."""
    return _contains(_range(string(whole, 1)), string(part, 1))


builtin("net.cidr_overlap")(contains)


@builtin("net.cidr_intersects")
def intersects(left: Value, right: Value) -> Value:
    """Whether two ranges have an address in common."""
    one, other = _range(string(left, 1)), _range(string(right, 1))
    return _has(one, other.first, other.bits) or _has(other, one.first, one.bits)


@builtin("net.cidr_expand")
def expand(text: Value) -> Value:
    """Every address of a range."""
    found = _range(string(text, 1))
    if found.last - found.first >= _MOST_ADDRESSES:
        raise too_large("the set of addresses")
    return Set(_shown(one, found.bits) for one in range(found.first, found.last + 1))


def _matched(position: int, value: Value) -> Iterator[tuple[Value, Value]]:
    """The ranges of an operand, and what stands for each."""
    if type(value) is str:
        yield value, value
        return
    if type(value) is list:
        entries = list(enumerate(value))
    elif type(value) is Set:
        entries = [(item, item) for item in value]
    elif type(value) is dict:
        entries = pairs(value)
    else:
        return
    for name, item in entries:
        if type(item) is list and item:
            yield item[0], name
        elif type(item) is str:
            yield item, name
        else:
            raise BuiltinError(f"operand {position}: element must be string or non-empty array")


@builtin("net.cidr_contains_matches")
def contains_matches(wholes: Value, parts: Value) -> Value:
    """What stands for the ranges and for what they have, in pairs."""
    found = Set()
    for whole, name in _matched(1, wholes):
        for part, other in _matched(2, parts):
            if contains(whole, part):
                found.add([name, other])
    return found


@builtin("net.cidr_merge")
def merge(values: Value) -> Value:
    """The fewest ranges that have the addresses of all these."""
    if type(values) is not list and type(values) is not Set:
        raise BuiltinError("operand must be an array")
    ranges = []
    for value in values:
        if type(value) is not str:
            raise BuiltinError("element must be string")
        address = _address(value)
        if address is None:
            found = _range(value)
            found = found._replace(address=found.first)
        elif address[1] == 128:
            raise BuiltinError("IPv6 invalid: needs prefix length")
        else:
            found = _Range(address[0], _class(address[0]), 32)
        ranges.append(found)
    return Set(_merged(ranges))


def _class(address: int) -> int:
    """The bits that an address of IPv4 begins with, by the classes of former times."""
    top = address >> 24
    return 8 if top < 0x80 else 16 if top < 0xC0 else 24


def _merged(ranges: list[_Range]) -> Iterator[str]:
    """The texts of ranges; an address that nothing is merged with stays in its range's text."""
    for bits, kind in ((32, IPv4Address), (128, IPv6Address)):
        spans: list[tuple[int, int, _Range | None]] = []
        for one in sorted(
            (one for one in ranges if one.bits == bits), key=lambda one: (one.first, one.last)
        ):
            if spans and one.first <= spans[-1][1] + 1:
                first, last, _ = spans[-1]
                spans[-1] = (first, max(last, one.last), None)
            else:
                spans.append((one.first, one.last, one))
        for first, last, alone in spans:
            if alone:
                yield f"{_shown(alone.address, bits)}/{alone.prefix}"
            else:
                yield from map(str, summarize_address_range(kind(first), kind(last)))
