"""The quick reader accepts only what pydantic accepts, and reads the same from it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from modelyard.bundle import shipped
from modelyard.load.document import parse
from modelyard.load.repository import Repository
from modelyard.pipeline import model_outputs
from modelyard.spec import shapes, values
from modelyard.spec.kinds import ALL, BLUEPRINT, ENVIRONMENT, MODEL, RESOLVED, SETTINGS, SPEC, Kind
from tests.load.test_mistakes import CHURN_TEXT, EDGE_TEXT, SCORING_TEXT
from tests.load.test_mutations import altered, value_edits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop

EXAMPLES = shipped() / "blueprints/repository/{{cookiecutter.directory}}"


def documents() -> list[tuple[Kind[Any], Any]]:
    """Values that are accepted, of every kind of file."""
    texts = [
        *((MODEL, path.read_text()) for path in sorted((EXAMPLES / "models").glob("*.yaml"))),
        *(
            (ENVIRONMENT, p.read_text())
            for p in sorted((shipped() / "environments").glob("*.yaml"))
        ),
        *(
            (BLUEPRINT, p.read_text())
            for p in sorted(shipped().glob("blueprints/*/blueprint.yaml"))
        ),
        (MODEL, CHURN_TEXT),
        (ENVIRONMENT, EDGE_TEXT),
        (BLUEPRINT, SCORING_TEXT),
        (
            SETTINGS,
            "apiVersion: modelyard/v1\nkind: Repository\nspec: {repository: 'https://a/b'}\n",
        ),
    ]
    return [(kind, parse("a.yaml", text)[0][0].value) for kind, text in texts]


ACCEPTED = documents()
SHAPES = shapes.Shapes(shapes.derive())


def plain(value: Any) -> Any:
    """A value as data: names of attributes and types included, classes of models left out."""
    if isinstance(value, BaseModel | SimpleNamespace):
        return {name: plain(item) for name, item in vars(value).items()}
    if isinstance(value, dict):
        return [(type(key).__name__, key, plain(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(item) for item in value]
    return type(value).__name__, repr(value)


def quickly(kind: Kind[Any], value: Any, *, partial: bool = False) -> Any:
    try:
        return plain(SHAPES.read(kind.shape, value, partial=partial))
    except shapes.Unsure:
        return None


def carefully(kind: Kind[Any], value: Any) -> Any:
    try:
        return plain(kind.type.model_validate(value))
    except ValidationError:
        return None


@pytest.mark.parametrize(("kind", "value"), ACCEPTED, ids=lambda part: getattr(part, "name", ""))
def test_every_example_is_read_alike(kind: Kind[Any], value: Any) -> None:
    assert quickly(kind, value) == carefully(kind, value) != None  # noqa: E711


def test_every_plan_of_the_examples_is_read_alike(shop: Shop) -> None:
    repository = Repository(shop.root)
    for name in repository.model_names:
        outputs, _ = model_outputs(repository, name, repository.environment_names)
        for output in outputs:
            assert output.resolution is not None
            raw = {key: v for key, v in output.resolution.raw.items() if key in RAW}
            assert quickly(RESOLVED, raw) == carefully(RESOLVED, raw) != None  # noqa: E711
            assert quickly(SPEC, raw["spec"]) == carefully(SPEC, raw["spec"]) != None  # noqa: E711


RAW = ("metadata", "spec", "release", "canary", "patches")


@settings(deadline=None, max_examples=250, derandomize=True, database=None)
@given(st.sampled_from(ACCEPTED), st.lists(value_edits, min_size=1, max_size=3))
def test_any_value_is_read_alike_or_by_neither(
    example: tuple[Kind[Any], Any], edits: list[tuple[str, float, float, Any]]
) -> None:
    kind, value = example
    value = yaml.safe_load(yaml.safe_dump(value))
    for edit in edits:
        value = altered(value, edit)
    assert quickly(kind, value) == carefully(kind, value)


odd_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70_000),
    st.floats(allow_nan=False),
    st.sampled_from(("1Gi", "500m", "5s", "99%", "a", "A_B", "/a*", "GET", "v1", "true", "")),
    st.text(max_size=4),
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.data())
def test_any_value_of_any_type_is_read_alike_or_by_neither(data: st.DataObject) -> None:
    """Values made by the fields of each type, each right or a little wrong."""
    kind = data.draw(st.sampled_from(ALL))
    value = made(data, ("model", kind.shape))
    assert quickly(kind, value) == carefully(kind, value)


def made(data: st.DataObject, shape: shapes.Shape) -> Any:
    if data.draw(st.integers(0, 25)) == 0:
        return data.draw(odd_leaves)
    kind, *rest = shape
    if kind == "optional":
        return None if data.draw(st.integers(0, 3)) else made(data, rest[0])
    if kind == "model":
        return {
            key: made(data, inner)
            for key, _, inner, required, _ in SHAPES.fields[rest[0]]
            if required or data.draw(st.integers(0, 5)) == 0
        }
    if kind == "text":
        examples = getattr(values, rest[0]).examples
        return data.draw(st.sampled_from(examples) if examples else odd_leaves)
    if kind == "list":
        return [made(data, rest[0]) for _ in range(data.draw(st.integers(0, 2)))]
    if kind == "mapping":
        keys = [made(data, rest[0]) for _ in range(data.draw(st.integers(0, 2)))]
        return {key: made(data, rest[1]) for key in keys if isinstance(key, str)}
    if kind == "literal":
        return data.draw(st.sampled_from(rest[0]))
    if kind == "either":
        return made(data, data.draw(st.sampled_from(rest[0])))
    return data.draw(odd_leaves)


def test_partial_reading_lets_keys_be_missing_and_nothing_else() -> None:
    """As a layer of defaults, which pydantic reads by leaving its complaints of missing keys out."""
    for value in ({}, {"serving": {}}, {"serving": {"resources": {"limits": {"cpu": "1"}}}}):
        assert quickly(SPEC, value, partial=True) is not None
        assert quickly(SPEC, value) is None
    for value in (
        {"servng": {}},
        {"serving": {"port": "a"}},
        {"serving": []},
        {"secrets": {"A": {}}},
    ):
        assert quickly(SPEC, value, partial=True) is None


def test_shapes_are_plain_data_that_survives_a_file(tmp_path: Path) -> None:
    import marshal

    (tmp_path / "shapes").write_bytes(marshal.dumps(shapes.derive()))
    again = shapes.Shapes(marshal.loads((tmp_path / "shapes").read_bytes()))
    for kind, value in ACCEPTED:
        assert plain(again.read(kind.shape, value)) == carefully(kind, value)
