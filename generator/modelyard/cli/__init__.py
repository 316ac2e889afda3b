"""The command line: the only part that reads arguments, prints and exits.

Because a hook waits for the interpreter to start, a command's own imports happen when it runs, and
`--version` imports nothing at all.
"""

from __future__ import annotations

import sys

CLEAN, FINDINGS, REFUSED, BUG, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        from modelyard import __version__

        sys.stdout.write(f"modelyard {__version__}\n")
        return CLEAN
    from modelyard.cli.run import run

    return run(words)
