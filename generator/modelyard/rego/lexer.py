"""Policies as tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

from modelyard.rego.errors import RegoError

LIMIT = 4 * 1024 * 1024
"""How long a policy may be, in characters."""


class Token(NamedTuple):
    """A piece of a policy. `kind` is `name`, `number`, `string`, `template`, `end` or the sign."""

    kind: str
    text: str
    start: int
    end: int
    row: int
    column: int


_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r]+)
  | (?P<line>\n)
  | (?P<comment>\#[^\n]*)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<raw>`[^`]*`)
  | (?P<template>\$["`])
  | (?P<sign>:=|==|!=|<=|>=|[-+*/%&|<>=(){}\[\],;:.])
    """,
    re.VERBOSE,
)


def tokens(text: str, file: str) -> tuple[list[Token], list[Token]]:
    """The tokens of a policy, the last being `end`, and its comments."""
    if len(text) > LIMIT:
        raise RegoError(
            "rego_parse_error", f"a policy may have {LIMIT:,} characters, not {len(text):,}", file
        )
    found: list[Token] = []
    comments: list[Token] = []
    at, row, line = (1 if text.startswith("\ufeff") else 0), 1, 0
    match = _TOKEN.match
    while at < len(text):
        piece = match(text, at)
        if piece is None:
            raise _no_token(text, file, at, (row, at - line + 1))
        kind, start, at = str(piece.lastgroup), at, piece.end()
        if kind == "space":
            continue
        if kind == "line":
            row, line = row + 1, at
            continue
        value = piece.group()
        column = start - line + 1
        if kind == "comment":
            comments.append(Token(kind, value, start, at, row, column))
            continue
        if kind == "template":
            at = _template_end(text, file, start, (row, column))
            value = text[start:at]
        elif kind == "sign":
            kind = value
        found.append(Token("string" if kind == "raw" else kind, value, start, at, row, column))
        if kind in ("raw", "template") and "\n" in value:
            row += value.count("\n")
            line = start + value.rindex("\n") + 1
    found.append(Token("end", "", at, at, row, at - line + 1))
    return found, comments


def _no_token(text: str, file: str, at: int, place: tuple[int, int]) -> RegoError:
    if text[at] == '"':
        return RegoError("rego_parse_error", "non-terminated string", file, place)
    if text[at] == "`":
        return RegoError("rego_parse_error", "non-terminated raw string", file, place)
    return RegoError("rego_parse_error", f"illegal token {text[at]!r}", file, place)


def _template_end(text: str, file: str, start: int, place: tuple[int, int]) -> int:
    """Where a template string ends, which may hold expressions with strings of their own."""
    quote, at = text[start + 1], start + 2
    while at < len(text):
        sign = text[at]
        if sign == "\\" and quote == '"':
            at += 2
        elif sign == quote:
            return at + 1
        elif sign == "{":
            at = expression_end(text, at, file, place)
        else:
            at += 1
    raise RegoError("rego_parse_error", "non-terminated string", file, place)


def expression_end(text: str, start: int, file: str, place: tuple[int, int]) -> int:
    """Where the `{…}` of a template string ends that begins at `start`."""
    depth, at = 0, start
    while at < len(text):
        piece = _TOKEN.match(text, at)
        if piece is None:
            break
        if piece.lastgroup == "template":
            at = _template_end(text, file, at, place)
            continue
        depth += {"{": 1, "}": -1}.get(piece.group(), 0)
        at = piece.end()
        if depth == 0:
            return at
    raise RegoError("rego_parse_error", "non-terminated template expression", file, place)
