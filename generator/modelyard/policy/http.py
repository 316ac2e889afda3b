"""A server of Open Policy Agent, asked over its REST API."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from modelyard.policy.engine import PolicyError

SECONDS = 10.0
LARGEST = 64 * 1024 * 1024


class Service:
    """One connection, kept open. Every failure is a `PolicyError` that names no password."""

    def __init__(self, url: str, token: str | None = None, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._headers = {"Content-Type": "application/json"}
        parts = urlsplit(url)
        try:
            self.name = f"{parts.scheme}://{_address(parts.hostname or '', parts.port)}{parts.path}"
        except ValueError as error:
            raise PolicyError("`--opa-url`: the port must be a number up to 65535") from error
        if parts.scheme not in ("http", "https", "unix") or parts.query or parts.fragment:
            raise PolicyError(f"`--opa-url` must be http://… or https://…, got `{self.name}`")
        self._base = "" if parts.scheme == "unix" else parts.path.rstrip("/")
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection: http.client.HTTPConnection
        if parts.scheme == "unix":
            self._connection = _Socket(parts.path, seconds)
        elif not parts.hostname:
            raise PolicyError(f"`--opa-url` must name a host, got `{self.name}`")
        else:
            kind = (
                http.client.HTTPSConnection
                if parts.scheme == "https"
                else http.client.HTTPConnection
            )
            self._connection = kind(parts.hostname, parts.port, timeout=seconds)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request; what the server answers, from JSON. Text goes as it is."""
        data = body.encode() if isinstance(body, str) else b"" if body is None else _encoded(body)
        try:
            status, text = self._exchange(method, self._base + path, data)
        except TimeoutError:
            self.close()
            raise PolicyError(f"{self.name}: no answer within {self._seconds:g} seconds") from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise PolicyError(f"{self.name}: {str(error) or type(error).__name__}") from error
        if status == 404:
            raise PolicyError(f"{self.name}: nothing at `{path}`: is this Open Policy Agent?")
        try:
            answer = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            raise PolicyError(
                f"{self.name}: the answer (status {status}) is not JSON: is this Open Policy Agent?"
            ) from None
        if status >= 300:
            raise PolicyError(_reasons(answer) or f"{self.name}: status {status}")
        if not isinstance(answer, dict):
            raise PolicyError(f"{self.name}: the answer is no object: is this Open Policy Agent?")
        return answer

    def close(self) -> None:
        """Hang up; the next question connects anew."""
        self._connection.close()

    def _exchange(self, method: str, path: str, data: bytes) -> tuple[int, bytes]:
        kept = self._connection.sock is not None
        try:
            self._connection.request(method, path, data, self._headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            self.close()
            return self._exchange(method, path, data)
        return response.status, self._read(response)

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        until = time.monotonic() + self._seconds
        pieces, size = [], 0
        while piece := response.read(1 << 20):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                self.close()
                raise PolicyError(f"{self.name}: an answer of more than {LARGEST >> 20} MiB")
            if time.monotonic() > until:
                raise TimeoutError
        return b"".join(pieces)


class _Socket(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _encoded(body: object) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"a document cannot be written as JSON: {error}") from error


def _address(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _reasons(answer: Any) -> str:
    """What the server says is wrong, each with its place."""
    if not isinstance(answer, dict):
        return ""
    found = []
    for error in answer.get("errors") or []:
        place = error.get("location") or {}
        where = f"{place['file']}:{place.get('row', 1)}: " if place.get("file") else ""
        found.append(f"{where}{error.get('code')}: {error.get('message')}")
    return "\n".join(found) or str(answer.get("message") or "")
