"""Digests. Facts: Open Policy Agent 1.21's `topdown/crypto.go`."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import string, utf8

if TYPE_CHECKING:
    from modelyard.rego.builtins import Function
    from modelyard.rego.values import Value


def _digest(algorithm: str) -> Function:
    return lambda text: hashlib.new(
        algorithm, utf8(string(text, 1)), usedforsecurity=False
    ).hexdigest()


def _keyed(algorithm: str) -> Function:
    return lambda text, key: hmac.new(
        utf8(string(key, 2)), utf8(string(text, 1)), algorithm
    ).hexdigest()


for _algorithm in ("md5", "sha1", "sha256"):
    builtin(f"crypto.{_algorithm}")(_digest(_algorithm))
for _algorithm in ("md5", "sha1", "sha256", "sha512"):
    builtin(f"crypto.hmac.{_algorithm}")(_keyed(_algorithm))


@builtin("crypto.hmac.equal")
def equal(left: Value, right: Value) -> Value:
    """Whether two digests are the same, found out in a time that does not tell."""
    return hmac.compare_digest(utf8(string(left, 1)), utf8(string(right, 2)))
