"""One writer at a time. The kernel frees the lock whatever happens to its holder."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modelyard.load.reader import refused, writing
from modelyard.write.swap import STATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_SECONDS = 60.0


@contextmanager
def exclusive(root: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the repository's lock; raises `Refused` when another run holds it for too long."""
    state = root / STATE
    if state.is_symlink():
        raise refused("tree/not-a-directory", f"`{STATE}` is a symbolic link", STATE, "remove it")
    with writing(f"{STATE}/lock"):
        state.mkdir(exist_ok=True)
        descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise refused(
                        "tree/locked",
                        f"another run has been writing for {wait:.0f} s",
                        f"{STATE}/lock",
                        "wait for it, or end it",
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
