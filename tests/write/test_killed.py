"""A run that is killed at any moment leaves every model's directory wholly old or wholly new."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Shop

TIMES = int(os.environ.get("MODELYARD_KILLS", "25"))
"""How often; `MODELYARD_KILLS=200` takes some minutes."""

COPIES = 12


def many(shop: Shop) -> None:
    """More models, so that a run takes long enough to be caught in the middle."""
    for name in ("fraud-detection", "demand-forecast"):
        text = shop.text(f"models/{name}.yaml")
        for number in range(COPIES):
            shop.write(
                f"models/{name}-{number}.yaml",
                text.replace(f"name: {name}\n", f"name: {name}-{number}\n"),
            )


def directories(shop: Shop) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    for file, data in shop.tree().items():
        place, _, name = file.rpartition("/")
        found.setdefault(place, {})[name] = data
    return found


def start(shop: Shop) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "modelyard",
            "render",
            "-C",
            str(shop.root),
            "--force",
            "--no-cache",
            "--jobs",
            "2",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def rendered(shop: Shop) -> dict[str, dict[str, bytes]]:
    assert shop.run("render", "--force", "--no-cache").code == 0
    return directories(shop)


def test_a_killed_run_leaves_no_directory_half_written(shop: Shop) -> None:
    many(shop)
    specs = {path: path.read_text() for path in (shop.root / "models").glob("*.yaml")}
    old = rendered(shop)
    for path, text in specs.items():
        path.write_text(
            text.replace("team: ", "team: new-").replace(
                "    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", ""
            )
        )
    began = time.monotonic()
    new = rendered(shop)
    lasts = time.monotonic() - began
    chance = random.Random(1)
    halfway = 0
    for number in range(TIMES):
        wanted = old if number % 2 else new
        for path, text in specs.items():
            path.write_text(text if number % 2 else text.replace("team: ", "team: new-").replace(
                "    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", ""))  # fmt: skip
        before = directories(shop)
        run = start(shop)
        time.sleep(chance.uniform(0.5, 1.1) * (lasts + 0.4))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        after = directories(shop)
        assert set(after) == set(old)
        for place, files in after.items():
            assert files in (before[place], wanted[place]), place
        halfway += after not in (before, wanted)
        if after != wanted:
            rendered(shop)
    assert directories(shop) == (old if TIMES % 2 == 0 else new)
    assert list((shop.root / ".modelyard/tmp").iterdir()) == []
    if TIMES >= 100:
        assert halfway > 0, "no run was caught in the middle: the test shows nothing"


def test_what_a_killed_run_left_behind_is_cleaned_up(shop: Shop) -> None:
    left = shop.root / ".modelyard" / "tmp" / "123-4"
    left.mkdir(parents=True)
    (left / "deployment.yaml").write_text("half")
    assert shop.run("render").code == 0
    assert not left.exists()


def test_a_directory_that_was_moved_aside_is_put_back(shop: Shop) -> None:
    """Where directories cannot be exchanged, a killed run may leave one aside."""
    shop.run("render")
    before = shop.tree()
    target = "deploy/production/fraud-detection"
    aside = shop.root / ".modelyard" / "tmp"
    (shop.root / target).rename(aside / "9-1.old")
    (aside / "9-1.from").write_text(target)
    assert shop.run("render").code == 0
    assert shop.tree() == before


def test_two_runs_at_once_do_not_disturb_each_other(shop: Shop) -> None:
    many(shop)
    expected = rendered(shop)
    for path in (shop.root / "models").glob("*.yaml"):
        path.write_text(path.read_text().replace("team: ", "team: new-"))
    runs = [start(shop) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    found = directories(shop)
    assert found != expected
    assert shop.run("render", "--check", "--no-cache").code == 0


def test_a_run_that_cannot_get_its_turn_says_so(shop: Shop) -> None:
    import fcntl

    from modelyard.errors import Refused
    from modelyard.write.exclusive import exclusive

    (shop.root / ".modelyard").mkdir(exist_ok=True)
    with (shop.root / ".modelyard" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="another run"), exclusive(shop.root, wait=0.1):
            pass


def test_a_directory_is_replaced_where_nothing_can_be_exchanged(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelyard.write.swap.exchange", lambda *_: False)
    shop.run("render")
    shop.edit("models/fraud-detection.yaml", "max: 20", "max: 21")
    assert shop.run("render").code == 0
    assert shop.run("render", "--check", "--no-cache").code == 0
    assert list((shop.root / ".modelyard/tmp").iterdir()) == []


@pytest.mark.parametrize("failing", ["mkdir", "rename", "open", "link"])
def test_a_disk_that_fails_leaves_the_old_tree(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Nothing is lost, and it is not told as a bug of ours."""
    shop.run("render")
    before = shop.tree()
    shop.edit("models/fraud-detection.yaml", "max: 20", "max: 21")
    real = getattr(os, failing)

    def fails(*words: object, **more: object) -> object:
        if ".modelyard" in str(words[0]) or "dir_fd" in more:
            raise OSError(28, "No space left on device")
        return real(*words, **more)

    monkeypatch.setattr(os, failing, fails)
    run = shop.run("render")
    monkeypatch.undo()
    if run.code:
        assert (run.code, run.err) == (2, "")
        assert "No space left on device" in run.out
        assert shop.tree() == before
    assert shop.run("render").code == 0
