"""The engine that needs nothing installed: policies compiled into this process.

Nothing in a policy reaches the network, the environment, the clock or a file, but for the files that
`parse_config_file` finds below the policies. What it cannot evaluate as Open Policy Agent would, it
refuses when the policies are loaded.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any

from modelyard.policy import parse_config
from modelyard.policy.engine import Answer, Place, PolicyError, Test
from modelyard.policy.limits import Watch
from modelyard.policy.sources import policy_files, read_policies
from modelyard.rego.builtins.text import number_text as number
from modelyard.rego.errors import RegoError
from modelyard.rego.policies import Library
from modelyard.rego.runtime import walk_path
from modelyard.rego.syntax import Module, Var
from modelyard.rego.values import UNDEFINED, Set, equal, unkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelyard.policy.engine import Options, Value
    from modelyard.rego.runtime import Evaluation
    from modelyard.rego.syntax import Module, Rule

_UNDEFINED = Answer(False)
_EMPTY = Answer(True)
_VERDICT = re.compile(r"(warn|deny|violation)(_[a-zA-Z0-9]+)*")
_VERSIONS = {"v0": 0, "V0": 0, "v1": 1, "V1": 1}


def load(policies: list[str], options: Options) -> Embedded:
    """Policies out of files and folders. Raises `PolicyError` with every place that is wrong."""
    version = _VERSIONS.get(options.rego_version)
    if version is None:
        raise PolicyError(f"invalid Rego version: {options.rego_version}")
    if options.trace:
        raise PolicyError("the embedded engine keeps no trace; use `--engine opa`")
    library = _library(policies, version, options)
    data: dict[Any, Value] = {}
    if options.data:
        from modelyard.policy.documents import load as load_data

        data = load_data(options.data)
    times = sys.modules.get("modelyard.rego.builtins.times")
    if times is not None:
        times.set_now(time.time_ns())
    return Embedded(library, data, options.show_builtin_errors)


def _library(policies: list[str], version: int, options: Options) -> Library:
    """Policies, compiled now or in an earlier run."""
    if options.strict or options.capabilities:
        return _compiled(policies, version, options)
    from modelyard.policy.cache import Kept
    from modelyard.rego import frozen

    kept = Kept(policies, policy_files(policies), f"v{version}")
    known = kept.read()
    if known is not None:
        library = frozen.thawed(known, parse_config.find)
        if any(name.startswith("time.") for name in frozen.builtins(library)):
            import modelyard.rego.builtins.times  # noqa: F401 - the clock is set below
        return library
    library = _compiled(policies, version, options)
    kept.write(frozen.frozen(library))
    return library


def _compiled(policies: list[str], version: int, options: Options) -> Library:
    from modelyard.rego.parser import parse

    modules, wrong = [], []
    for file, text in read_policies(policies).items():
        try:
            modules.append(parse(text, file, version))
        except RegoError as error:
            wrong.append(error)
    if wrong:
        raise PolicyError("\n".join(map(str, wrong)), [_place(error) for error in wrong])
    try:
        allowed = _allowed(options.capabilities)
        return Library(modules, options.strict, allowed, parse_config.find)
    except RegoError as error:
        raise PolicyError(str(error), [_place(error)] if error.row else ()) from None


def _place(error: RegoError) -> Place:
    return Place(error.file, error.row, error.column, f"{error.code}: {error.message}")


def _allowed(path: str) -> Callable[[str], bool] | None:
    """Which builtins a file of capabilities allows."""
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - few ask for it
            found = json.load(file)
        names = frozenset(str(item["name"]) for item in found.get("builtins") or ())
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PolicyError(f"load capabilities: {path}: {error}") from None
    return names.__contains__


class Embedded:
    """Policies that were compiled. See `modelyard.policy.engine.Engine`."""

    def __init__(self, library: Library, data: dict[Any, Value], strict_errors: bool) -> None:
        self.library = library
        self.data = data
        self.strict_errors = strict_errors
        self.watch = Watch()
        self._modules: dict[str, list[Module]] = {}
        for module in library.modules:
            self._modules.setdefault(_dotted(module.package), []).append(module)
        self._asked: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {}
        self._excepts: dict[str, bool] = {}
        for module in library.modules:
            for rule in module.rules:
                _problematic(module, rule)

    def namespaces(self) -> list[str]:
        """Every package, without `data.`, in the order of the policies' paths."""
        return list(self._modules)

    def _package(self, namespace: str) -> list[str]:
        modules = self._modules.get(namespace)
        return modules[0].package if modules else namespace.split(".")

    def rules(self, namespace: str) -> dict[str, int]:
        """How often each rule of a package is defined, in source order."""
        found: dict[str, int] = {}
        for module in self._modules.get(namespace, ()):
            for rule in module.rules:
                name = _head_name(rule)
                if name is not None:
                    found[name] = found.get(name, 0) + 1
        return found

    def document(self, document: Value, file: str) -> EmbeddedDocument:
        """A document to ask about."""
        folder, _, name = os.path.abspath(file).rpartition("/")  # noqa: PTH100 - of thousands of files
        about = {"name": name, "dir": folder or "/"}
        data = {**self.data, "conftest": {"file": about}}
        return EmbeddedDocument(self, self.library.evaluation(document, data))

    def excepts(self, namespace: str) -> bool:
        """Whether a package may have exceptions at all."""
        if namespace not in self._excepts:
            path = (*self._package(namespace), "exception")
            library = self.library
            self._excepts[namespace] = bool(library.below(path)) or path[0] in self.data
        return self._excepts[namespace]

    def tests(self) -> list[Test]:
        """Run every rule whose name begins with `test_` or `todo_test_`, once for each definition."""
        found = []
        for module in self.library.modules:
            seen: dict[str, int] = {}
            for rule in module.rules:
                name = _first_name(rule)
                if not name.startswith(("test_", "todo_test_")):
                    continue
                again = seen[name] = seen.get(name, -1) + 1
                found.append(
                    self._test(module, rule, name, f"{name}#{again:02d}" if again else name)
                )
        return found

    def _test(self, module: Module, rule: Rule, name: str, called: str) -> Test:
        package, line = _dotted(module.package), rule.at[0]
        if name.startswith("todo_"):
            return Test(package, called, module.file, line, passed=False, skipped=True)
        evaluation = self.library.evaluation(UNDEFINED, self.data)
        value: Value = UNDEFINED
        error = None
        try:
            value = self.evaluate(evaluation, package, name, rule)
        except PolicyError as problem:
            error = str(problem)
        passed = value is True or (
            type(value) is dict
            and bool(evaluation.cases)
            and all(walk_path(value, case) is True for case in evaluation.cases)
        )
        prints = tuple(evaluation.prints)
        return Test(package, called, module.file, line, passed=passed, error=error, prints=prints)

    def evaluate(
        self, evaluation: Evaluation, namespace: str, rule: str, only: Rule | None = None
    ) -> Value:
        """What a rule, or only one definition of it, is. Raises `PolicyError`, naming the rule."""
        known = self._asked.get((namespace, rule))
        if known is None:
            known = self._asked[namespace, rule] = self._ask(namespace, rule)
        path, name = known
        if evaluation.errors:
            evaluation.errors.clear()
        self.watch.begin(name)
        try:
            if only is None:
                value = self.library.value(evaluation, path)
            else:
                rules = [found for _, found in self.library.groups[path].rules]
                value = self.library.definition(evaluation, path, rules.index(only))
        except RegoError as error:
            raise PolicyError(str(error) if error.row else f"{name}: {error}") from None
        except MemoryError:
            raise PolicyError(f"{name}: stopped for want of memory") from None
        except RecursionError:
            raise PolicyError(f"{name}: the input is nested too deeply for this rule") from None
        finally:
            self.watch.end()
        if self.strict_errors and evaluation.errors:
            raise PolicyError(f"built-in error: {evaluation.errors[0]}")
        return value

    def _ask(self, namespace: str, rule: str) -> tuple[tuple[str, ...], str]:
        """The path of a rule, and how people find it."""
        path = (*self._package(namespace), rule)
        group = self.library.groups.get(path)
        if group is None:
            return path, f"data.{namespace}.{rule}"
        module, first = group.rules[0]
        name = f"{module.file}:{first.at[0]}: data.{namespace}.{rule}"
        if group.kind == "function":
            raise PolicyError(f"{name}: function used as reference, not called")
        return path, name


class EmbeddedDocument:
    """One input. See `modelyard.policy.engine.Document`."""

    def __init__(self, engine: Embedded, evaluation: Evaluation) -> None:
        self.engine = engine
        self.evaluation = evaluation
        self.excepted: dict[str, list[Value]] = {}
        """By namespace: what its exceptions hold, where asking again would say the same."""

    def rule(self, namespace: str, rule: str) -> Answer:
        """`data.<namespace>.<rule>`."""
        evaluation = self._fresh()
        value = self.engine.evaluate(evaluation, namespace, rule)
        prints: tuple[str, ...] = ()
        if evaluation.prints:
            prints = tuple(evaluation.prints)
            evaluation.prints.clear()
        if value is UNDEFINED:
            return Answer(False, (), prints) if prints else _UNDEFINED
        if type(value) is list or type(value) is Set:
            if not len(value) and not prints:
                return _EMPTY
            return Answer(True, [plain(item) for item in value], prints)
        return Answer(True, (), prints)

    def exceptions(self, namespace: str, suffix: str) -> Answer:
        """`data.<namespace>.exception[_][_] == <suffix>`: one value for each solution."""
        inner = self.excepted.get(namespace)
        prints: tuple[str, ...] = ()
        if inner is None:
            if not self.engine.excepts(namespace):
                return _UNDEFINED
            evaluation = self._fresh()
            value = self.engine.evaluate(evaluation, namespace, "exception")
            inner = [item for outer in _members(value) for item in _members(outer)]
            prints = tuple(evaluation.prints)
            if not self.engine.library.prints:
                self.excepted[namespace] = inner
        found = [True for item in inner if equal(item, suffix)]
        return Answer(bool(found), found, prints) if found or prints else _UNDEFINED

    def _fresh(self) -> Evaluation:
        """What was learnt of the document; nothing where policies print, which each query does anew."""
        known = self.evaluation
        if not self.engine.library.prints:
            return known
        return self.engine.library.evaluation(known.input, known.data)


def _members(value: Value) -> Iterable[Value]:
    if type(value) is dict:
        return value.values()
    return value if type(value) in (list, Set) else ()


def plain(value: Value) -> Value:
    """A value as JSON has it: sets are lists, and every key is text."""
    kind = type(value)
    if kind is list or kind is Set:
        return [plain(item) for item in value]
    if kind is dict:
        return {
            name if type(name) is str else _text(plain(unkey(name))): plain(item)
            for name, item in value.items()
        }
    return value


def _text(value: Value) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _dotted(package: list[str]) -> str:
    """A package as Open Policy Agent writes it, less the first `data.`."""
    parts = [
        f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"
        for part in package
    ]
    return f"data{''.join(parts)}".replace("data.", "", 1)


def _first_name(rule: Rule) -> str:
    first = rule.ref[0]
    assert isinstance(first, Var)
    return first.name


def _head_name(rule: Rule) -> str | None:
    """The name by which a rule counts: heads that name a place within a rule have none."""
    if len(rule.ref) == 1 or (len(rule.ref) == 2 and rule.member is None and not rule.plain):
        return _first_name(rule)
    return None


def _problematic(module: Module, rule: Rule) -> None:
    name = _first_name(rule)
    if len(rule.ref) > 1 and rule.plain and rule.has_if and _VERDICT.fullmatch(name):
        problem = "rule is using 'if' keyword without 'contains' keyword"
        rather = f"write `{name} contains … if`"
        raise PolicyError(
            f"{problem}: rule in {module.file} at line {rule.at[0]}; {rather}",
            [Place(module.file, *rule.at, f"{problem}: {rather}")],
        )
