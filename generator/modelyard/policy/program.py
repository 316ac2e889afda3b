"""Engines that are programs on this machine: the real `conftest`, and the real `opa`.

Because a program that evaluates policies could be made to call home or to tell what the environment
holds, `opa` is started with neither: its builtins for the network are refused before, and what it
knows of the environment is where programs are.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.policy.documents import SUFFIXES
from modelyard.policy.engine import PolicyError
from modelyard.policy.http import Service
from modelyard.policy.server import Server, module
from modelyard.policy.sources import read_policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.policy.engine import Options

NETWORK = {"http.send", "net.lookup_ip_addr"}
PATIENCE = 30.0
"""Seconds until `opa` must have started, or checked everything."""


def run_conftest(arguments: Sequence[str]) -> int:
    """Hand a command line to the real conftest, unchanged; returns its exit code."""
    return subprocess.call([_find("conftest"), *arguments])  # noqa: S603 - it was asked for


def start(policies: list[str], options: Options) -> Program:
    """Start the `opa` that is on the path, with the policies in it; raises `PolicyError`."""
    program = _find("opa")
    if options.rego_version.lower() not in ("v0", "v1"):
        raise PolicyError(f"invalid Rego version: {options.rego_version}")
    files = list(read_policies(policies))
    for path in options.data:
        if not os.path.exists(path.rpartition(":")[2]):  # noqa: PTH110
            raise PolicyError(f"load documents: {path}: no such file or directory")
    folder = tempfile.TemporaryDirectory(prefix="modelyard-opa-")
    running = _Running(program, Path(folder.name), files, options)
    atexit.register(running.stop)
    service: Service | None = None
    try:
        running.check()
        service = running.serve()
        listed = {one["id"]: module(one) for one in service.ask("GET", "/v1/policies")["result"]}
        modules = [replace(listed[file.lstrip("/")], file=file) for file in files]
        return Program(running, folder, service, modules, options)
    except BaseException:
        if service is not None:
            service.close()
        running.stop()
        folder.cleanup()
        raise


class Program(Server):
    """A server of this run's own, which tells what `print` says."""

    def __init__(
        self,
        running: _Running,
        folder: tempfile.TemporaryDirectory[str],
        service: Service,
        modules: list[Any],
        options: Options,
    ) -> None:
        self._running, self._folder = running, folder
        super().__init__(
            service, modules, options, prints=running.prints, close=self._close, own=True
        )

    def _close(self) -> None:
        self._service.close()
        self._running.stop()
        self._folder.cleanup()


class _Running:
    """The program: how it is called, and what it says."""

    def __init__(self, program: str, folder: Path, files: list[str], options: Options) -> None:
        self._program, self._folder, self._files, self._options = program, folder, files, options
        self._log = folder / "log"
        self._read = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._common = ["--v0-compatible"] if options.rego_version.lower() == "v0" else []
        # What is named is loaded; what is found in a folder of data is loaded if it is data.
        self._data = ["--ignore", "*.rego", "--ignore", "*.tar.gz", *filter(_is_data, options.data)]

    def check(self) -> None:
        """Compile as the options want it; raises `PolicyError` with every mistake."""
        given = self._options.capabilities
        capabilities = Path(given) if given else self._without_network()
        strict = ["--strict"] if self._options.strict else []
        words = ["check", "--capabilities", str(capabilities), *strict, *self._common]
        done = self._call([*words, *self._files])
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise PolicyError(re.sub(r"^\d+ errors? occurred:\s*", "", said))

    def serve(self) -> Service:
        """Start to listen on a socket that only this user can open."""
        place = self._folder / "socket"
        words = ["run", "--server", "--addr", f"unix://{place}", "--skip-version-check"]
        quiet = ["--log-level", "info", "--log-format", "json", "--shutdown-grace-period", "1"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - it was asked for
                [self._program, *words, *quiet, *self._common, *self._data, *self._files],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        service = Service(f"unix://{place}")
        while True:
            try:
                service.ask("GET", "/health")
            except PolicyError as error:
                if self._process.poll() is not None:
                    said = self._log.read_text(errors="replace").strip()
                    raise PolicyError(f"opa did not start: {said}") from error
                if time.monotonic() > until:
                    raise PolicyError("opa did not start: it does not answer") from error
                time.sleep(0.01)
            else:
                return service

    def prints(self) -> tuple[str, ...]:
        """What `print` has said since this was asked before."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        entries = [json.loads(line) for line in whole.splitlines() if b'"line":' in line]
        return tuple(f"{entry['line']}: {entry['msg']}" for entry in entries)

    def stop(self) -> None:
        """End the program, gently and then for certain."""
        atexit.unregister(self.stop)
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _without_network(self) -> Path:
        said = json.loads(self._call(["capabilities", "--current"]).stdout)
        said["builtins"] = [one for one in said["builtins"] if one["name"] not in NETWORK]
        said["allow_net"] = []
        place = self._folder / "capabilities.json"
        place.write_text(json.dumps(said))
        return place

    def _call(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - it was asked for
                [self._program, *words],
                capture_output=True,
                check=False,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                text=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired as error:
            raise PolicyError(f"opa {words[0]} did not end within {PATIENCE:g} seconds") from error
        except OSError as error:
            raise PolicyError(f"{self._program}: {error.strerror}") from error


def _find(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise PolicyError(f"no program `{name}` is on the path")
    return found


def _is_data(path: str) -> bool:
    """Whether conftest takes what was named: it is a folder, or its name ends as data's do."""
    place = Path(path.rpartition(":")[2])
    return place.is_dir() or place.suffix.lower() in SUFFIXES


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": os.sep}
