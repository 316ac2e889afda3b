"""Put every peer program where the tests find it, and say loudly which could not be had."""

from __future__ import annotations

import sys

import pytest

from tests.peers import debian, go, k8s_yaml


def main() -> int:
    missing = [name for name in debian.PROGRAMS if debian.install(name) is None]
    missing += [name for name in go.PROGRAMS if go.install(name) is None]
    if go.conformance_cases(download=True) is None:
        missing.append("conformance cases of Open Policy Agent")
    try:
        k8s_yaml.program()
    except (pytest.skip.Exception, pytest.fail.Exception):
        missing.append("k8s-yaml")
    for name in missing:
        print(
            f"!! NO {name}: its records are trusted, and not checked against it !!", file=sys.stderr
        )
    every = len(debian.PROGRAMS) + len(go.PROGRAMS) + 2
    print(f"peers: {every - len(missing)} of {every} are here")
    return 0


if __name__ == "__main__":
    sys.exit(main())
