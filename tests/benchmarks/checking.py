"""Modelyard's `check`, all rules of it, beside kubeconform and conftest on what these can check.

Kubeconform gets the same schemas, conftest the same policies; neither can ask the rules in Python, nor
compare the tree with the specs, nor say which line of a spec is the cause.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import Command, Failed, run
from programs import pinned
from repository import elsewhere
from scenarios import SOUND, WROTE, environment
from table import Row, Section, ratio

if TYPE_CHECKING:
    from measure import Run
    from scenarios import Bench, Shop

ROUNDS = 2


def checking(bench: Bench, models: int, *, peer: bool, build: bool) -> Section:
    """A whole tree that nobody has looked at, by each."""
    shop = bench.shop(models)
    shop.run("render", says=WROTE)
    section = Section(f"7. Check: {models:,} models x 3 environments, all rules", [])
    programs = [pinned(name, build=build) if peer else None for name in ("kubeconform", "conftest")]
    rounds: list[tuple[Run, Run | None, Run | None]] = []
    commands = _peers(bench, shop, *programs) if all(programs) else (None, None)
    for _ in range(min(ROUNDS, bench.repeats)):
        own = shop.run("check", "--no-cache", says=SOUND)
        rounds.append((own, *(command and run(command) for command in commands)))
    section.rows.append(Row("modelyard check --no-cache", [own for own, _, _ in rounds]))
    others = [one + other for _, one, other in rounds if one is not None and other is not None]
    if not others:
        lack = "!! NO kubeconform and conftest: nothing is compared with them !!"
        section.notes.append(lack)
        print(lack, file=sys.stderr)
        return section
    times = ratio(others, [own for own, _, _ in rounds])
    section.rows += [
        Row("kubeconform -strict", [one for _, one, _ in rounds if one], note="the same schemas"),
        Row("conftest test", [one for _, _, one in rounds if one], note="the same policies"),
        Row("both", others, note=f"{times:.1f} times modelyard, which also asks rules in Python"),
    ]
    return section


def _peers(
    bench: Bench, shop: Shop, kubeconform: Path | None, conftest: Path | None
) -> tuple[Command, Command]:
    place = bench.fresh("schemas")
    elsewhere(_write_schemas, place, shop.root)
    here = environment(bench.fresh("cache"))
    strict = Command(
        (
            str(kubeconform), "-strict", "-summary", "-n", "2", "-schema-location",
            f"{place}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json", "deploy",
        ),
        shop.root,
        here,
    )  # fmt: skip
    sound = run(strict).text
    if "Invalid: 0, Errors: 0, Skipped: 0" not in sound:
        raise Failed(f"kubeconform finds a sound tree unsound:\n{sound}")
    facts = place / "environment.json"
    policies = Path(__file__).resolve().parents[2] / "policies"
    output = bench.fresh("conftest.json")
    words = (
        "test",
        "--all-namespaces",
        "-o",
        "json",
        "-p",
        str(policies),
        "-d",
        str(facts),
        "deploy",
    )
    return strict, Command((str(conftest), *words), shop.root, here, output)


def _write_schemas(place: Path, root: Path) -> None:
    """The schema of every kind of a tree in a file of its own, and the environment as data."""
    from modelyard.check.definitions import Definitions
    from modelyard.load.repository import Repository

    place.mkdir()
    repository = Repository(root)
    production = repository.environment("production")
    definitions = Definitions(str(production.value.spec.cluster.kubernetes))
    for lock in sorted(root.glob("deploy/*/*/*.lock")):
        for name in json.loads(lock.read_text()).get("kinds", ()):
            group, _, kind = str(name).rpartition("/")
            for version, known in definitions.kinds:
                if known == kind and version.rpartition("/")[0] == group:
                    schema = definitions.schema(version, kind)
                    suffix = "-".join(
                        filter(None, (group.split(".")[0], version.rpartition("/")[2]))
                    )
                    path = place / f"{kind.lower()}-{suffix}.json"
                    if not path.exists():
                        path.write_text(json.dumps(_without_look_ahead(schema)))
    value = production.document.value
    assert isinstance(value, dict)
    (place / "environment.json").write_text(json.dumps({"environment": value["spec"]}))


def _without_look_ahead(schema: Any) -> Any:
    """A schema without the patterns that Go's regular expressions cannot say."""
    if isinstance(schema, list):
        return [_without_look_ahead(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_look_ahead(value)
        for key, value in schema.items()
        if key != "pattern" or not isinstance(value, str) or "(?" not in value
    }
