"""What is printed: text, JSON, and a comment that always fits and that nobody's words break out of."""

from __future__ import annotations

import json
import random
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.diff.comparison import KINDS, LEVELS, Change, Comparison, Environment, Field, Risk
from modelyard.diff.report.links import Link, web
from modelyard.diff.report.markdown import MARKER, comment
from modelyard.diff.report.page import LIMIT, code, fenced, plain, sentence
from modelyard.diff.report.values import both
from modelyard.findings import Cause, Location, ObjectRef
from modelyard.load.revisions import Revision
from modelyard.secrecy import has_password

if TYPE_CHECKING:
    from tests.diff.conftest import GitShop

SPEC = "models/fraud-detection.yaml"
HOSTILE = "</details> `x` ``` @everyone <img src=x> | [a](http://b) \u202e \x1b[31m"


def test_the_text_says_what_is_risky_first_and_then_every_field(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 10")
    lines = repo.run("diff").out.splitlines()
    assert lines[0] == "production: 1 changed"
    assert (
        lines[1]
        == "  warning capacity HorizontalPodAutoscaler fraud-detection: the model has at most `20` → `10` pods"
    )
    assert re.fullmatch(
        rf"    because {SPEC}:\d+:\d+ environments.production.serving.autoscaling.max", lines[2]
    )
    assert (
        "  ~ HorizontalPodAutoscaler fraud-detection  deploy/production/fraud-detection/autoscaler.yaml"
        in lines
    )
    assert "\x1b" not in "".join(lines)


def test_exit_codes(repo: GitShop) -> None:
    assert repo.run("diff", "--exit-code").code == 0
    repo.edit(SPEC, "max: 20", "max: 25")
    assert repo.run("diff").code == 0
    assert repo.run("diff", "--exit-code").code == 1
    repo.edit(
        "models/demand-forecast.yaml",
        "    replicas: 2\n",
        "    autoscaling: {min: 2, max: 5, cpu: 70}\n",
    )
    run = repo.run("diff")
    assert run.code == 1
    assert "take two steps: first write `handover: 2`" in run.out


def test_the_json_has_every_key_that_is_documented(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 10")
    found = repo.document("--env", "production")
    assert list(found) == ["base", "environments", "summary"]
    (production,) = found["environments"]
    assert list(production) == ["name", "objects", "risks", "sums", "monthlyCost", "folded"]
    (changed,) = production["objects"]
    assert list(changed) == ["change", "object", "file", "fields", "folded", "causes"]
    (field,) = changed["fields"]
    assert (field["path"], field["route"]) == ("spec.maxReplicas", ["spec", "maxReplicas"])
    assert (field["before"], field["after"], field["means"]) == (20, 10, "other")
    assert field["causes"][0]["file"] == SPEC
    assert list(production["risks"][0]) == [
        "kind",
        "level",
        "message",
        "object",
        "file",
        "fields",
        "causes",
        "help",
    ]


def test_a_secret_is_in_no_format(repo: GitShop) -> None:
    secret = "hunter2-and-more"
    repo.write(
        "deploy/dev/fraud-detection/secret.yaml",
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: ml-dev}}\nstringData: {{password: {secret}}}\n",
    )
    repo.commit()
    repo.edit("deploy/dev/fraud-detection/secret.yaml", secret, f"{secret}-new")
    for output in ("text", "json", "markdown"):
        out = repo.run("diff", "-o", output).out
        assert secret not in out
        assert "a secret of" in out


def test_the_comment_links_to_lines_that_are_committed(repo: GitShop) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.edit(SPEC, "max: 20", "max: 10")
    assert "](https://" not in repo.run("diff", "-o", "markdown").out
    repo.render()
    repo.commit()
    head = repo.git("rev-parse", "HEAD").strip()
    out = repo.run("diff", "-o", "markdown").out
    assert re.search(rf"\]\(https://git\.example\.com/ml/models/blob/{head}/{SPEC}#L\d+\)", out)


def test_the_comment_shrinks_to_one_line(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 10")
    assert repo.run("diff", "-o", "markdown").out.startswith(f"{MARKER}\n")
    repo.render()
    repo.commit()
    marker, line = repo.run("diff", "-o", "markdown").out.splitlines()
    assert marker == MARKER
    assert line.startswith("Nothing changes in any environment")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r"),
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("ssh://git@host.example:22/o/r", "https://host.example/o/r"),
        ("https://user:pass@host.example/o/r.git", "https://host.example/o/r"),
        ("file:///tmp/x", ""),
    ],
)
def test_the_address_of_a_repository_in_a_browser(address: str, found: str) -> None:
    assert web(address) == found


def test_words_of_others_stay_words() -> None:
    for text in (plain(HOSTILE), sentence(f"it is `{HOSTILE}`")):
        assert not re.search(r"(?<!\\)[<>`|\[\]]|@(?!&#8203;)|\x1b|\u202e", text), text
    assert code(HOSTILE).startswith("````") == code(HOSTILE).endswith("````") is True
    assert "\x1b" not in code(HOSTILE)
    block = fenced([HOSTILE, "````"])
    fence = block.splitlines()[0].removesuffix("diff")
    assert fence not in block.removeprefix(fence).removesuffix(fence)


def test_a_long_value_is_looked_at_once() -> None:
    """A pattern that begins anew at every letter takes seconds for this, and minutes for more."""
    start = time.process_time()
    assert not has_password("z" * 500_000)
    assert has_password(f"{'z' * 500_000}://user:word@host")
    assert time.process_time() - start < 2


def test_long_texts_are_shown_where_they_differ() -> None:
    text = "x" * 200
    before, after = both(f"{text} > 0.5 {text}", f"{text} > 0.7 {text}")
    assert "> 0.5" in before
    assert "> 0.7" in after
    assert len(before) < 80


def made(order: random.Random) -> Comparison:
    """A comparison of any size, with words of any kind."""

    def word() -> str:
        return order.choice(
            ("a", "model-x", HOSTILE, "ü" * 40, "z" * order.choice((10, 300, 70_000)))
        )

    def cause() -> Cause:
        return Cause(Location(f"models/{word()}.yaml", order.randint(1, 99), 1), word())

    def environment(name: str) -> Environment:
        found = Environment(name)
        for number in range(order.choice((1, 30, 400))):
            directory = f"deploy/{name}/m{number % 97}"
            ref = ObjectRef(
                "v1", order.choice(("Deployment", "Secret", word()[:40])), "n", word()[:300]
            )
            fields = tuple(
                Field(f"spec.{word()}", ("spec", "x"), word(), {"v": word()}, causes=(cause(),))
                for _ in range(order.randint(0, 4))
            )
            found.changes.append(
                Change(
                    "changed" if fields else "added",
                    ref,
                    directory,
                    f"{directory}/x.yaml",
                    {},
                    {},
                    fields,
                )
            )
            level: Any = order.choice(LEVELS)
            kind: Any = order.choice(list(KINDS))
            found.risks.append(
                Risk(
                    kind,
                    level,
                    word(),
                    Location(f"{directory}/x.yaml", 1, 1),
                    ref,
                    causes=(cause(),),
                    help=word(),
                )
            )
        return found

    names = [f"env-{n}-{word()[:200]}" for n in range(order.choice((1, 3, 60)))]
    return Comparison(Revision(word()[:500], "0" * 40), [environment(name) for name in names])


@pytest.mark.parametrize("seed", range(25))
def test_the_comment_always_fits(seed: int) -> None:
    text = comment(made(random.Random(seed)), Link("https://git.example.com/o/r", "0" * 40))
    assert len(text.encode()) <= LIMIT
    assert text.startswith(MARKER)
    outside = outside_code(text)
    assert outside.count("<details>") == outside.count("</details>")
    assert "<img" not in outside
    assert not re.search(r"@(?!&#8203;)", outside)


def outside_code(text: str) -> str:
    """What is read as Markdown: neither in blocks nor in spans of code."""
    blocks = re.sub(r"^(`{3,})diff\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", blocks)


def test_no_object_is_cut_in_half() -> None:
    """Every object is there with its last line, or is counted in the index."""
    comparison = Comparison(Revision("main", "0" * 40), [Environment("production")])
    for number in range(900):
        fields = tuple(
            Field(f"spec.f{n}", ("spec", f"f{n}"), "old" * 9, f"end-{number}-{n}") for n in range(5)
        )
        directory = f"deploy/production/m{number}"
        comparison.environments[0].changes.append(
            Change(
                "changed",
                ObjectRef("v1", "Service", "n", f"o{number}"),
                directory,
                f"{directory}/s.yaml",
                {},
                {},
                fields,
            )
        )
    text = comment(comparison, Link())
    whole = [n for n in range(900) if f"Service o{n}`" in text]
    assert 20 < len(whole) < 900
    for number in whole:
        assert all(f"end-{number}-{n}\n" in text for n in range(5))
    assert f"{900 - len(whole)} more objects, by model" in text


def test_a_comment_of_one_object_too_large_names_it() -> None:
    large = Field("data.x", ("data", "x"), "a", "b" * 100_000)
    change = Change(
        "changed",
        ObjectRef("v1", "ConfigMap", "n", "big"),
        "deploy/production/m",
        "deploy/production/m/c.yaml",
        {},
        {},
        (large,),
    )
    text = comment(
        Comparison(Revision("main", None), [Environment("production", [change])]), Link()
    )
    assert len(text.encode()) <= LIMIT
    assert "1 more object, by model" in text
    assert "`m` (1)" in text


def test_json_is_json_whatever_is_in_it(repo: GitShop) -> None:
    repo.edit(SPEC, "LOG_LEVEL: info", f"LOG_LEVEL: {json.dumps('a`b</details>')}")
    (change,) = repo.document("--env", "dev")["environments"][0]["objects"]
    assert change["fields"][0]["after"] == "a`b</details>"
