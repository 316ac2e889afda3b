"""An engine that asks a server of Open Policy Agent.

Because a server may be shared, policies go there under names of this run's own, are refused where
they would mix with another's packages, and are taken away at the end. A server compiles as it was
started, so strictness, capabilities and the version of Rego are its own. What `print` says goes to
the server's log.
"""

from __future__ import annotations

import atexit
import os
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.policy.engine import Answer, PolicyError, Test
from modelyard.policy.http import Service
from modelyard.policy.sources import read_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelyard.policy.engine import Document, Options, Value

ASKED = re.compile(r"(deny|violation|warn)(_[a-zA-Z0-9]+)*")
BATCH = 200
"""At most so many documents in one request, and as many characters as `LARGEST`."""
LARGEST = 4 * 1024 * 1024

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A policy as Open Policy Agent has parsed it. `path` is its package, without `data`."""

    file: str
    text: str
    path: Path
    rules: tuple[dict[str, Any], ...]

    @property
    def namespace(self) -> str:
        """The package as conftest writes it."""
        return reference(self.path).removeprefix("data.")

    def heads(self, *, every: bool = False) -> list[tuple[str, int]]:
        """Every rule with a plain name, or `every` rule, and its line."""
        seen: dict[str, int] = {}
        found = []
        for rule in self.rules:
            head = rule["head"]
            name = head.get("name") or (every and head["ref"][0]["value"])
            if name:
                seen[name] = seen.get(name, 0) + 1
                found.append((name, self.line(name, seen[name])))
        return found

    def line(self, name: str, nth: int = 1) -> int:
        """Where a rule is defined for the nth time; the server keeps no lines."""
        word = re.compile(rf"(?:default\s+)?{re.escape(name)}\b")
        lines = [i for i, text in enumerate(self.text.splitlines(), 1) if word.match(text)]
        return lines[min(nth, len(lines)) - 1] if lines else 1


def reference(path: Sequence[str]) -> str:
    """`data.a.b` of a path, as Rego has it."""
    plain = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
    return "data" + "".join(f".{p}" if plain.fullmatch(p) else f"[{_quoted(p)}]" for p in path)


def connect(url: str, policies: list[str], options: Options) -> Server:
    """Put policies on a server, for as long as this process runs; raises `PolicyError`."""
    for asked, flag in (
        (options.strict, "--strict"),
        (options.capabilities, "--capabilities"),
    ):
        if asked:
            raise PolicyError(f"`{flag}` is decided where a server is started: use another engine")
    texts = read_policies(policies)
    data: dict[str, Value] = {}
    if options.data:
        from modelyard.policy.documents import load

        data = load(options.data)
    service = Service(url, os.environ.get("MODELYARD_OPA_TOKEN"))
    guest = _Guest(service, list(texts))
    atexit.register(guest.leave)
    try:
        guest.bring(texts)
        guest.give(data)
        modules = guest.modules()
    except PolicyError as error:
        guest.leave()
        raise PolicyError(guest.told(str(error))) from error
    return Server(service, modules, options, told=guest.told, close=guest.leave)


class _Guest:
    """What this run put on a server, so that it can be taken away."""

    def __init__(self, service: Service, files: list[str]) -> None:
        self._service = service
        self._files = files
        self._prefix = f"modelyard/{secrets.token_hex(8)}/"
        self._policies: list[str] = []
        self._data: list[str] = []

    def told(self, text: str) -> str:
        """What the server says, with the names of files in place of its own."""
        return re.sub(
            re.escape(self._prefix) + r"(\d+)\.rego", lambda found: self._files[int(found[1])], text
        )

    def bring(self, texts: dict[str, str]) -> None:
        """Upload; functions must be there before those who call them, so that some wait."""
        waiting = [(f"{self._prefix}{i}.rego", text) for i, text in enumerate(texts.values())]
        while waiting:
            refused: list[tuple[str, str]] = []
            reason = PolicyError()
            for name, text in waiting:
                try:
                    self._service.ask("PUT", f"/v1/policies/{name}", text)
                    self._policies.append(name)
                except PolicyError as error:
                    if "undefined function" not in str(error):
                        raise
                    refused.append((name, text))
                    reason = error
            if len(refused) == len(waiting):
                raise reason
            waiting = refused

    def give(self, data: dict[str, Value]) -> None:
        """Upload data where nothing is, and refuse where there is something else."""
        for name, value in data.items():
            place = f"/v1/data/{quote(name, safe='')}"
            there = self._service.ask("GET", place)
            if "result" not in there:
                self._service.ask("PUT", place, value)
                self._data.append(place)
            elif there["result"] != value:
                raise PolicyError(f"`data.{name}` is on {self._service.name} already, and differs")

    def modules(self) -> list[Module]:
        """What was brought, parsed; refuses where another's policy shares a package."""
        listed = self._service.ask("GET", "/v1/policies").get("result") or []
        every = {policy["id"]: module(policy) for policy in listed}
        mine = [every[f"{self._prefix}{i}.rego"] for i in range(len(self._files))]
        for name, other in every.items():
            if name.startswith(self._prefix):
                continue
            for own in mine:
                shorter = min(len(own.path), len(other.path))
                if own.path[:shorter] == other.path[:shorter]:
                    raise PolicyError(
                        f"{self.told(own.file)}: package `{own.namespace}` would mix with"
                        f" `{other.namespace}` of the policy `{name}`,"
                        f" which is on {self._service.name} already"
                    )
        return [Module(self._files[i], own.text, own.path, own.rules) for i, own in enumerate(mine)]

    def leave(self) -> None:
        """Take everything away; says nothing where the server is gone."""
        places = [f"/v1/policies/{name}" for name in reversed(self._policies)] + self._data
        self._policies, self._data = [], []
        for place in places:
            try:
                self._service.ask("DELETE", place)
            except PolicyError:
                continue
        self._service.close()
        atexit.unregister(self.leave)


def module(policy: dict[str, Any]) -> Module:
    """A policy as the server lists it."""
    ast = policy["ast"]
    path = tuple(str(term["value"]) for term in ast["package"]["path"][1:])
    return Module(policy["id"], policy["raw"], path, tuple(ast.get("rules") or ()))


class Server:
    """Policies on a server, and questions about them."""

    def __init__(
        self,
        service: Service,
        modules: list[Module],
        options: Options,
        *,
        told: Callable[[str], str] = str,
        prints: Callable[[], tuple[str, ...]] = tuple,
        close: Callable[[], None] = lambda: None,
        own: bool = False,
    ) -> None:
        self.close = close
        self._service, self._modules, self._options = service, modules, options
        self._told, self._prints, self._own = told, prints, own
        self._paths = {found.namespace: found.path for found in modules}
        self._rules = {name: self._counted(name) for name in self._paths}
        self._pending: list[_Question] = []
        texts = "".join(found.text for found in modules)
        self._place = "conftest" in texts
        self._alone = options.trace or options.show_builtin_errors or (own and "print(" in texts)
        _refuse_if_without_contains(modules)

    def namespaces(self) -> list[str]:
        """Every package, without `data.`."""
        return list(self._paths)

    def rules(self, namespace: str) -> dict[str, int]:
        """How often each rule of a package is defined."""
        return dict(self._rules.get(namespace, {}))

    def document(self, document: Value, file: str) -> Document:
        """A document to ask about; those made in a row are asked about together."""
        asked = _Question(self, document, file)
        self._pending.append(asked)
        return asked

    def tests(self) -> list[Test]:
        """Run every test, one request each."""
        return [
            self._test(own, name, line)
            for own in self._modules
            for name, line in own.heads(every=True)
            if name.startswith(("test_", "todo_test_"))
        ]

    def _test(self, own: Module, name: str, line: int) -> Test:
        place = (own.namespace, name, own.file, line)
        if [found for found, _ in own.heads(every=True)].count(name) > 1:
            raise PolicyError(
                f"{own.file}:{line}: `{name}` is defined more than once, and a server cannot run"
                " one definition of a test by itself: rename it, or use another engine"
            )
        if name.startswith("todo_"):
            return Test(*place, passed=False, skipped=True)
        try:
            answer, value = self.ask((*own.path, name), None, "")
        except PolicyError as error:
            return Test(*place, passed=False, error=str(error))
        return Test(*place, passed=_all_true(value), prints=answer.prints, trace=answer.trace)

    def path(self, namespace: str) -> Path:
        """The path of a package, also of one that is not there."""
        return self._paths.get(namespace) or tuple(namespace.split("."))

    def ask(self, path: Path, document: Value, file: str) -> tuple[Answer, Value]:
        """What one rule says of one document: what came of it, and its value (or nothing)."""
        if self._place and file and not self._own:
            if self._options.trace or self._options.show_builtin_errors:
                raise PolicyError(
                    "policies that look at `data.conftest` are asked about in a way that has no"
                    " `--trace` and no `--show-builtin-errors`: use another engine"
                )
            found = self._query([path], [(document, file)])[0][0]
            return _answer(found[0] if found else _NOTHING), found[0] if found else None
        if self._place and file:
            self._service.ask("PUT", "/v1/data/conftest/file", _about(file))
        query = "&".join(
            ["strict-builtin-errors=true"] * self._options.show_builtin_errors
            + ["explain=full&pretty=true"] * self._options.trace
        )
        place = "/v1/data/" + "/".join(quote(part, safe="") for part in path)
        self._prints()
        try:
            got = self._service.ask("POST", f"{place}?{query}", {"input": document})
        except PolicyError as error:
            reason = self._told(str(error))
            raise PolicyError(
                f"built-in error: {reason}" if "eval_builtin_error" in reason else reason
            ) from error
        lines = tuple(self._told(line) for line in got.get("explanation") or () if line)
        value = got.get("result", _NOTHING)
        answer = _answer(value, tuple(map(self._told, self._prints())), lines)
        return answer, None if value is _NOTHING else value

    def prefetch(self, namespace: str) -> None:
        """Ask about everything that waits, where that can be done at once."""
        waiting, self._pending = self._pending, []
        if self._alone:
            return
        path = self.path(namespace)
        names = [name for name in self.rules(namespace) if ASKED.fullmatch(name)]
        paths = [(*path, name) for name in ("exception", *names)]
        for batch in _batches(waiting):
            try:
                found = self._query(paths, [(one.value, one.file) for one in batch])
            except PolicyError:
                continue  # Each is asked again by itself, so that the right one is named.
            for one, answers in zip(batch, found, strict=True):
                for name, values in zip(("exception", *names), answers, strict=True):
                    one.known[namespace, name] = values[0] if values else _NOTHING

    def _query(
        self, paths: list[Path], documents: list[tuple[Value, str]]
    ) -> list[list[list[Value]]]:
        """For each document, for each path: its value in a list, or an empty list."""
        # Because `with` takes a variable and silently gets a reference wrong, each has a name.
        about = " with data.conftest.file as file" if self._place else ""
        asked = ", ".join(f"[x | x := {reference(p)} with input as doc{about}]" for p in paths)
        each = "one := input.documents[_]; doc := one.document; file := one.file"
        query = f"answers := [[{asked}] | {each}]"
        body = {
            "query": query,
            "input": {"documents": [{"document": d, "file": _about(f)} for d, f in documents]},
        }
        try:
            got = self._service.ask("POST", "/v1/query", body)
        except PolicyError as error:
            raise PolicyError(self._told(str(error))) from error
        answers: list[list[list[Value]]] = got["result"][0]["answers"]
        return answers

    def _counted(self, namespace: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for own in self._modules:
            if own.namespace == namespace:
                for name, _ in own.heads():
                    counts[name] = counts.get(name, 0) + 1
        return counts


@dataclass(slots=True, eq=False)
class _Question:
    """One document, and what is known of it already."""

    server: Server
    value: Value
    file: str
    known: dict[tuple[str, str], Value] = field(default_factory=dict)

    def rule(self, namespace: str, rule: str) -> Answer:
        return self._ask(namespace, rule)[0]

    def exceptions(self, namespace: str, suffix: str) -> Answer:
        answer, value = self._ask(namespace, "exception")
        hits = [True for one in _children(value) for item in _children(one) if item == suffix]
        return Answer(bool(hits), hits, answer.prints, answer.trace)

    def _ask(self, namespace: str, rule: str) -> tuple[Answer, Value]:
        if (namespace, rule) not in self.known:
            if self not in self.server._pending:  # noqa: SLF001 - they are one
                self.server._pending.append(self)  # noqa: SLF001
            self.server.prefetch(namespace)
        if (namespace, rule) in self.known:
            value = self.known[namespace, rule]
            return _answer(value), None if value is _NOTHING else value
        return self.server.ask((*self.server.path(namespace), rule), self.value, self.file)


_NOTHING = object()


def _answer(value: Value, prints: tuple[str, ...] = (), trace: tuple[str, ...] = ()) -> Answer:
    values = value if isinstance(value, list) else ()
    return Answer(value is not _NOTHING, values, prints, trace)


def _all_true(value: Value) -> bool:
    """Whether a test passed; one with cases is an object of them."""
    return (
        bool(value) and all(map(_all_true, value.values()))
        if isinstance(value, dict)
        else value is True
    )


def _children(value: Value) -> Sequence[Value]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _about(file: str) -> dict[str, str]:
    place = os.path.abspath(file)  # noqa: PTH100 - as it is written, not where a link leads
    return {"name": os.path.basename(place), "dir": os.path.dirname(place)}  # noqa: PTH119, PTH120


def _batches(waiting: list[_Question]) -> list[list[_Question]]:
    found: list[list[_Question]] = [[]]
    size = 0
    for one in waiting:
        weight = len(repr(one.value))
        if found[-1] and (len(found[-1]) == BATCH or size + weight > LARGEST):
            found.append([])
            size = 0
        found[-1].append(one)
        size += weight
    return [batch for batch in found if batch]


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


def _refuse_if_without_contains(modules: list[Module]) -> None:
    """As conftest does: `deny[msg] if …` is no set, and would always pass."""
    for own in modules:
        for rule in own.rules:
            head = rule["head"]
            parts = head.get("ref") or [{}]
            true = head.get("value") == {"type": "boolean", "value": True}
            name = str(parts[0].get("value"))
            if not head.get("name") and true and ASKED.fullmatch(name):
                raise PolicyError(
                    "rule is using 'if' keyword without 'contains' keyword:"
                    f" rule in {own.file} at line {own.line(name)}"
                )
