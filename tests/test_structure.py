"""The shape of the code: which way the data flows, and that every list is whole."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from modelyard.build import argocd, platform
from modelyard.bundle import shipped

PACKAGE = Path(__file__).resolve().parents[1] / "generator" / "modelyard"

LAYERS = (
    ("words", "secrecy", "digest", "quantity", "bundle", "findings", "errors", "format"),
    ("spec", "plan"),
    ("load",),
    ("rego",),
    ("policy",),
    ("conftest",),
    ("resolve", "build"),
    ("emit", "write"),
    ("pipeline",),
    ("explain",),
    ("check", "scaffold", "report", "fix"),
    ("work",),
    ("diff",),
    ("gate",),
    ("cli",),
)
"""From what knows of nobody to what knows of everybody; a module may import from its own row, and
from those above. What is imported inside a function, because it is seldom needed, does not count."""

EXCEPTIONS = {
    ("load.facts", "check.definitions"): "which versions of Kubernetes have schemas",
    ("emit", "write.lock"): "what a lock is called",
    ("pipeline", "check.load"): "what a lock says of what its directory takes",
    ("pipeline", "check.objects"): "the objects of a directory, of which that is asked",
    ("resolve.rules.naming", "build.parts.names"): "how names are derived",
    ("resolve.rules.objectives", "build.parts.queries"): "which units are known",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """The modules of ours that a module imports when it is imported itself."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("modelyard"):
            base = (node.module or "").removeprefix("modelyard").lstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                is_module = (PACKAGE / inner.replace(".", "/")).with_suffix(".py").exists() or (
                    PACKAGE / inner.replace(".", "/")
                ).is_dir()
                found.add(inner if is_module else base)
    return found - {"", "__version__"}


def layer(module: str) -> int:
    top = module.split(".")[0]
    return next(index for index, names in enumerate(LAYERS) if top in names)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_data_flows_one_way(path: Path) -> None:
    module = name_of(path)
    if module in ("", "__main__"):
        return
    upward = [
        other
        for other in imports(path)
        if layer(other) > layer(module) and (module, other) not in EXCEPTIONS
    ]
    assert upward == []


def test_every_exception_to_the_flow_is_still_one() -> None:
    for module, other in EXCEPTIONS:
        path = PACKAGE / module.replace(".", "/")
        path = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        assert other in imports(path), (module, other)


def test_only_the_command_line_reads_arguments_prints_and_exits() -> None:
    for path in modules():
        if name_of(path).startswith(("cli", "__main__")):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "input", "exit", "quit"), path
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "sys"
            ):
                assert node.attr not in ("argv", "stdout", "stderr", "stdin", "exit"), path


@pytest.mark.parametrize("folder", ["model", "platform", "argocd"])
def test_every_builder_on_disk_is_listed_once(folder: str) -> None:
    blueprint = yaml.safe_load((shipped() / "blueprints/realtime/blueprint.yaml").read_text())
    listed = {
        "model": blueprint["spec"]["builders"],
        "platform": list(platform.BUILDERS),
        "argocd": list(argocd.BUILDERS),
    }[folder]
    on_disk = [
        path.stem for path in (PACKAGE / "build" / folder).glob("*.py") if path.stem != "__init__"
    ]
    assert sorted(listed) == sorted(on_disk)


def test_the_guide_names_every_part_in_the_order_of_the_layers() -> None:
    text = (PACKAGE.parents[1] / ".github" / "CONTRIBUTING.md").read_text()
    table = text.partition("| folder |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    there = [f"{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    there += [path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")]
    assert sorted(named) == sorted(there)
    layers = [layer(name.removesuffix("/").removesuffix(".py")) for name in named]
    assert layers == sorted(layers)
    for name in re.findall(r"`(\w+(?:\.py|/))`", table):
        places = (PACKAGE, PACKAGE.parents[1])
        assert any((place / name).exists() or list(place.glob(f"*/{name}")) for place in places)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert text.split("\n")[0].endswith((".", "?"))


def test_every_key_of_every_document_is_explained() -> None:
    from modelyard.spec.kinds import ALL
    from modelyard.spec.schema import descriptions

    todo: list[type[BaseModel]] = [kind.type for kind in ALL]
    seen: set[type[BaseModel]] = set()
    while todo:
        model = todo.pop()
        if model in seen:
            continue
        seen.add(model)
        texts = descriptions(model)
        for name, field in model.model_fields.items():
            text = texts.get(field.alias or name, "")
            assert text.endswith((".", "?")), (model.__name__, name)
            todo += _models_in(field.annotation)
    assert len(seen) > 50


def _models_in(annotation: object) -> list[type]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
