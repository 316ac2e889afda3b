"""Addresses of resources. Facts: Open Policy Agent 1.21's `topdown/uri.go`, Go's `net/url`."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote as escaped

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.encoding import unescaped
from modelyard.rego.builtins.operands import string, utf8
from modelyard.rego.builtins.text import quoted

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)?:")
_NOT_IN_HOST = re.compile(r"[\x00-\x20#/?@\\^`{|}\x7f]|%(?!25|[89A-Fa-f])")
_PORT = re.compile(r"(?::[0-9]*)?")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_IN_PATH = "$&+,/:;=@-._~"


@builtin("uri.parse")
def parse(text: Value) -> Value:
    """The parts of an address; what it does not have is left out."""
    return _parts(string(text, 1))


@builtin("uri.is_valid")
def is_valid(text: Value) -> Value:
    """Whether a text is an address; an empty one is none."""
    if type(text) is not str or not text:
        return False
    try:
        _parts(text)
    except BuiltinError:
        return False
    return True


def _parts(whole: str) -> dict[str, str]:
    """The parts that are not empty."""
    before, _, fragment = whole.partition("#")
    try:
        parts = _split(before)
    except BuiltinError as error:
        raise BuiltinError(f"parse {quoted(before)}: {error}") from None
    try:
        parts["fragment"] = unescaped(fragment, plus=False)
    except BuiltinError as error:
        raise BuiltinError(f"parse {quoted(whole)}: {error}") from None
    return {name: part for name, part in parts.items() if part}


def _split(text: str) -> dict[str, str]:
    if _CONTROL.search(text):
        raise BuiltinError("net/url: invalid control character in URL")
    match = _SCHEME.match(text)
    scheme = match[1] if match else ""
    if scheme is None:
        raise BuiltinError("missing protocol scheme")
    parts = {"scheme": scheme.lower()}
    rest, _, query = text[match.end() if match else 0 :].partition("?")
    parts["raw_query"] = query
    if not rest.startswith("/"):
        if scheme:
            return parts
        if ":" in rest.partition("/")[0]:
            raise BuiltinError("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        parts["hostname"], parts["port"] = _authority(parts["scheme"], authority)
    parts["path"] = unescaped(rest, plus=False)
    if parts["path"]:
        exact = escaped(utf8(parts["path"]), safe=_IN_PATH) == rest
        parts["raw_path"] = parts["path"] if exact else rest
    return parts


def _authority(scheme: str, authority: str) -> tuple[str, str]:
    """The host and the port of an authority."""
    user, _, host = authority.rpartition("@")
    found = _host(scheme, host)
    if not _USER.fullmatch(user):
        raise BuiltinError("net/url: invalid userinfo")
    for part in user.split(":", 1):
        unescaped(part, plus=False)
    name, colon, port = found.rpartition(":")
    if not colon or not _PORT.fullmatch(":" + port):
        name, port = found, ""
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return name, port


def _host(scheme: str, host: str) -> str:
    opened = host.rfind("[")
    if opened > 0:
        raise BuiltinError("invalid IP-literal")
    if opened == 0:
        return _literal(host)
    first = host.find(":")
    if first >= 0:
        at = first if scheme in ("http", "https") else host.rfind(":")
        if not _PORT.fullmatch(host[at:]):
            raise BuiltinError(f"invalid port {quoted(host[at:])} after host")
    return _in_host(host)


def _literal(host: str) -> str:
    """A host that is an address of IPv6 in brackets."""
    closed = host.rfind("]")
    if closed < 0:
        raise BuiltinError("missing ']' in host")
    port = host[closed + 1 :]
    if not _PORT.fullmatch(port):
        raise BuiltinError(f"invalid port {quoted(port)} after host")
    name, zone, rest = host[1:closed].partition("%25")
    made = _in_host(name) + (unescaped(zone + rest, plus=False) if zone else "")
    try:
        address = ip_address(made)
    except ValueError:
        raise BuiltinError(
            f"invalid host: ParseAddr({quoted(made)}): {_unreadable(made)}"
        ) from None
    if address.version == 4:
        raise BuiltinError("invalid IP-literal")
    return f"[{made}]{port}"


def _unreadable(text: str) -> str:
    return "unable to parse IP" if not set(".:%") & set(text) else "invalid address"


def _in_host(text: str) -> str:
    bad = _NOT_IN_HOST.search(text)
    if bad and bad[0] != "%":
        raise BuiltinError(f"invalid character {quoted(bad[0])} in host name")
    if bad:
        raise BuiltinError(f"invalid URL escape {quoted(text[bad.start() : bad.start() + 3])}")
    return unescaped(text, plus=False)
