"""JSON. Facts: Open Policy Agent 1.21's `topdown/encoding.go`, and Go's package `encoding/json`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.arithmetic import parsed
from modelyard.rego.builtins.operands import object_, string, utf8
from modelyard.rego.builtins.text import quoted, text
from modelyard.rego.values import Set, pairs, type_name

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_ESCAPED = re.compile("[<>&\u2028\u2029\udc80-\udcff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def plain(value: Value) -> Any:
    """A value with arrays for its sets and text for its keys, in the order of the keys."""
    kind = type(value)
    if kind is list or kind is Set:
        return [plain(item) for item in value]
    if kind is dict:
        named = {key_text(name): plain(item) for name, item in pairs(value)}
        return dict(sorted(named.items()))
    return value


def key_text(name: Value) -> str:
    """The text that stands for a key in JSON."""
    return name if type(name) is str else marshalled(name)


def marshalled(value: Value) -> str:
    """The JSON of a value as Go writes it: sorted, and safe within HTML."""
    return _safe(_ENCODER.encode(plain(value)))


def _safe(made: str) -> str:
    return _ESCAPED.sub(
        lambda match: "\\ufffd" if match[0] >= "\udc80" else f"\\u{ord(match[0]):04x}", made
    )


@builtin("json.marshal")
def marshal(value: Value) -> Value:
    """The JSON of a value."""
    return marshalled(value)


@builtin("json.marshal_with_options")
def marshal_with_options(value: Value, options: Value) -> Value:
    """The JSON of a value, on several lines if the options say so."""
    found: dict[str, Any] = {"indent": "\t", "prefix": ""}
    several = None
    for at, (name, item) in enumerate(pairs(object_(options, 2))):
        if type(name) is not str:
            raise BuiltinError(
                f"operand 2 failed to stringify key {text(name)} at index {at}:"
                f" operand {at} must be string but got {type_name(name)}"
            )
        if name in ("indent", "prefix"):
            if type(item) is not str:
                raise BuiltinError(
                    f"operand 2 key {quoted(name)} failed cast to string:"
                    f" operand {at} must be string but got {type_name(item)}"
                )
            found[name] = item
            several = True if several is None else several
        elif name == "pretty":
            if type(item) is not bool:
                raise BuiltinError('operand 2 key "pretty" failed cast to bool')
            found["pretty"] = item
        else:
            raise BuiltinError(f"operand 2 object contained unknown key {quoted(name)}")
    if not found.get("pretty", several):
        return marshalled(value)
    made = json.dumps(plain(value), ensure_ascii=False, indent="\0")
    prefix, indent = found["prefix"], found["indent"]
    return prefix + _safe(made).replace("\n", f"\n{prefix}").replace("\0", indent)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _constant(name: str) -> Value:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=parsed, parse_int=parsed, parse_constant=_constant)


def unmarshalled(data: str) -> Value:
    """The value of JSON."""
    whole = utf8(data).decode("utf-8", "replace")
    found = _DECODER.decode(whole)
    return _clean(found) if "\\u" in whole else found


def _clean(value: Value) -> Value:
    """A value without halves of characters that JSON may name."""
    if type(value) is str:
        return _SURROGATE.sub("\ufffd", value)
    if type(value) is list:
        return [_clean(item) for item in value]
    if type(value) is dict:
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value


@builtin("json.unmarshal")
def unmarshal(data: Value) -> Value:
    """The value of JSON."""
    whole = string(data, 1)
    try:
        return unmarshalled(whole)
    except RecursionError:
        raise BuiltinError("exceeded max depth") from None
    except ValueError:
        from modelyard.rego.builtins.json_complaints import complaint

        said = complaint(utf8(whole))
        if said is None:
            return _clean(_DECODER.raw_decode(whole.lstrip(" \t\r\n"))[0])
        raise BuiltinError(said) from None


@builtin("json.is_valid")
def is_valid(data: Value) -> Value:
    """Whether a text is JSON."""
    if type(data) is not str:
        return False
    try:
        unmarshalled(data)
    except (ValueError, RecursionError, BuiltinError):
        return False
    return True
