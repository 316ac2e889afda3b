"""The functions that every policy has. A group of them is read when a policy uses one.

A builtin is a Python function over the values of `modelyard.rego.values`. It never changes its
arguments, and raises `BuiltinError` where Open Policy Agent's would err; the evaluator makes that
undefined, or tells it, as the command asks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.rego.values import Value

    Function = Callable[..., Value]


class BuiltinError(Exception):
    """An argument that a builtin can do nothing with; the text is Open Policy Agent's."""


TABLE: dict[str, Function] = {}
"""The builtins that were read so far, by name."""


def builtin(name: str) -> Callable[[Function], Function]:
    """Make a function a builtin of this name."""

    def register(function: Function) -> Function:
        TABLE[name] = function
        return function

    return register


_MODULES = {
    "aggregates": "count sum product max min sort all any",
    "arrays": "array.concat array.slice array.reverse array.flatten",
    "crypto": """
        crypto.md5 crypto.sha1 crypto.sha256 crypto.hmac.md5 crypto.hmac.sha1
        crypto.hmac.sha256 crypto.hmac.sha512 crypto.hmac.equal
    """,
    "encoding": """
        base64.encode base64.decode base64.is_valid base64url.encode base64url.encode_no_pad
        base64url.decode hex.encode hex.decode urlquery.encode urlquery.decode
        urlquery.encode_object urlquery.decode_object
    """,
    "globs": "glob.match glob.quote_meta regex.globs_match",
    "graphs": "graph.reachable graph.reachable_paths walk",
    "json_paths": "json.filter json.remove json.patch",
    "json_text": "json.marshal json.marshal_with_options json.unmarshal json.is_valid",
    "net": """
        net.cidr_contains net.cidr_contains_matches net.cidr_expand net.cidr_intersects
        net.cidr_is_valid net.cidr_merge net.cidr_overlap
    """,
    "numbers": """
        plus minus mul div rem abs round ceil floor to_number units.parse units.parse_bytes
        bits.and bits.or bits.xor bits.negate bits.lsh bits.rsh numbers.range numbers.range_step
    """,
    "objects": """
        object.get object.keys object.remove object.filter object.union object.union_n
        object.subset
    """,
    "opa": "opa.runtime",
    "regexes": """
        regex.is_valid regex.match re_match regex.find_n regex.find_all_string_submatch_n
        regex.split regex.replace regex.template_match
    """,
    "semver": "semver.compare semver.is_valid",
    "sets": "and or set_diff intersection union",
    "strings": """
        contains startswith endswith concat format_int indexof indexof_n substring lower upper
        split replace trim trim_left trim_right trim_prefix trim_suffix trim_space sprintf
        strings.any_prefix_match strings.any_suffix_match strings.count strings.replace_n
        strings.reverse strings.split_n
    """,
    "times": """
        time.now_ns time.parse_ns time.parse_rfc3339_ns time.parse_duration_ns time.format
        time.date time.clock time.weekday time.add_date time.diff
    """,
    "tokens": "io.jwt.decode",
    "types": """
        type_name is_array is_boolean is_null is_number is_object is_set is_string
        cast_array cast_boolean cast_null cast_object cast_set cast_string
    """,
    "uris": "uri.parse uri.is_valid",
    "uuids": "uuid.parse",
    "yaml_text": "yaml.marshal yaml.unmarshal yaml.is_valid",
}

GROUPS: dict[str, str] = {
    name: module for module, names_ in _MODULES.items() for name in names_.split()
}
"""Which module of this package has a builtin."""


def find(name: str) -> Function | None:
    """The builtin of a name, or nothing where we have none."""
    if name not in TABLE and name in GROUPS:
        import_module(f"{__name__}.{GROUPS[name]}")
    return TABLE.get(name)


def names() -> Any:
    """Every builtin that there is."""
    return GROUPS.keys()
