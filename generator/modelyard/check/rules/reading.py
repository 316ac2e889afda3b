"""What is found by those who read files, validate objects and compare directories.

They ask no rule, and what they find is listed and documented like everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.rule import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.rule import Hit
    from modelyard.findings import Severity


def _found_elsewhere() -> Iterator[Hit]:
    return iter(())


def _named(
    name: str,
    severity: Severity,
    title: str,
    rows: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    *,
    can_fix: bool = False,
) -> Rule:
    RULES[name] = Rule(
        name, title, severity, "file", rows, _found_elsewhere, aliases=aliases, can_fix=can_fix
    )
    return RULES[name]


_named("file/encoding", "error", "Files are UTF-8")
_named("file/kind", "error", "A file is a regular file")
_named("file/missing", "error", "There is something to check")
_named("file/outside", "error", "Files lie in the repository")
_named("file/size", "error", "Files have a bounded size")
_named("file/unreadable", "error", "Files can be read")
_named("yaml/alias", "error", "Values are written out where they count")
_named("yaml/ambiguous", "error", "A number is one", can_fix=True)
_named("yaml/character", "error", "A file holds no hidden characters")
_named("yaml/duplicate-key", "error", "A mapping has each key once", ("T02",))
_named("yaml/key", "error", "Keys are text", ("T03",), can_fix=True)
_named("yaml/limit", "error", "A document has a bounded size and depth")
_named(
    "yaml/read-otherwise",
    "warning",
    "An unquoted value means to all readers what it says",
    ("T03",),
)
_named(
    "yaml/separator",
    "error",
    "Documents are told apart by lines that are `---` and nothing else",
    ("T01",),
)
_named("yaml/syntax", "error", "Files are YAML")
_named("yaml/tag", "error", "Values have no tags")
_named("schema/missing-field", "error", "Required fields are there")
_named("schema/no-definitions", "error", "Files with definitions are there")
_named("schema/not-an-object", "error", "A manifest is an object of Kubernetes")
_named(
    "schema/removed-version",
    "error",
    "API versions are served",
    ("T13",),
    (
        "kube-score/stable-version",
        "kube-linter/no-extensions-v1beta",
        "kyverno/check-deprecated-apis",
        "gatekeeper/verifydeprecatedapi",
    ),
    can_fix=True,
)
_named("schema/type", "error", "Values have the type of their field", ("T03",), can_fix=True)
_named(
    "schema/unknown-field",
    "error",
    "Fields exist",
    ("T10", "T11"),
    ("kube-linter/schema-validation",),
    can_fix=True,
)
_named("schema/unchecked-kind", "warning", "Kinds of others have a schema", ("T14",))
_named("schema/unknown-kind", "error", "Every kind has a schema", ("T14",))
_named(
    "schema/value",
    "error",
    "Values are among those that are allowed",
    ("T12",),
    can_fix=True,
)
_named("tree/foreign-file", "warning", "A directory of ours holds what was rendered", ("T20",))
_named("tree/hand-edited", "error", "Rendered files are changed by their spec", ("T18",))
_named("tree/lock", "error", "The lock of a directory can be read")
_named("tree/locked", "error", "One run at a time writes the tree")
_named("tree/not-added", "error", "What was rendered is committed with its spec", ("T18",))
_named("tree/not-a-directory", "error", "Directories of the tree are directories")
_named("tree/not-a-file", "error", "Files of the tree are files")
_named("tree/orphan", "error", "Every directory of the tree has a spec", ("T20",))
_named("tree/stale", "error", "The tree is what the specs say", ("T18",))
_named("tree/unwritable", "error", "The tree can be written")
_named("spec/autoscaler-handover", "error", "A running model gets its autoscaler in two steps")
_named("spec/caller", "error", "Callers can be told apart")
_named("spec/document", "error", "A file is one spec")
_named("spec/egress", "error", "What a model calls can be told apart")
_named("spec/ignored-key", "error", "Every key has an effect")
_named("spec/limit", "error", "Nobody reads on after two hundred mistakes")
_named("spec/missing-key", "error", "Required keys are there")
_named("spec/name", "error", "A spec is called like its file", ("T09",))
_named("spec/patch", "error", "A patch finds its object")
_named("spec/range", "error", "Values fit together")
_named("spec/registry", "error", "Images come from registries of the environment")
_named("spec/secret", "error", "Secrets do not stand in specs")
_named("spec/type", "error", "Values have the type of their key", can_fix=True)
_named("spec/unknown-environment", "error", "Models run in environments that there are")
_named("spec/unknown-key", "error", "Keys are known", can_fix=True)
_named("spec/unknown-release", "error", "Environments run releases that were declared")
_named("spec/unmeasured", "error", "Objectives can be measured")
_named("spec/unpinned", "error", "Images and weights are pinned where the environment asks for it")
_named("spec/value", "error", "Values are among those that are allowed", can_fix=True)
_named("policy/always-passes", "warning", "A rule that denies can deny")
_named("policy/dropped-result", "warning", "Results of rules are messages")
_named("policy/link", "error", "Policies are files of the repository")
_named("policy/name-taken", "error", "Policies of a team have names of their own")
_named("policy/never-asked", "warning", "Rules are called so that they are asked")
_named("policy/no-rules", "warning", "A namespace has rules")
_named("policy/no-tests", "warning", "verify has tests to run")
_named("policy/shadowed-namespace", "warning", "Every namespace is asked")
_named("policy/shadowed-rule", "warning", "Every rule is asked")
_named("policy/unknown-namespace", "warning", "Namespaces that are named exist")
_named("policy/unreadable", "error", "Policies can be evaluated")
_named("input/unrendered", "warning", "What is checked is what a cluster gets", ("T14",))
_named("input/skipped-file", "warning", "Files that are named are tested")
_named("input/unread-document", "warning", "Every document of a file is tested", ("T01",))
_named("check/undecided", "warning", "Rules have the facts that they need")
STOPPED = _named("check/stopped", "error", "Rules can be decided")
MORE = _named("check/more", "warning", "Everything that is wrong is told")
_named("schema/unsound-definition", "error", "A definition is one")
_named("spec/unknown-rule", "error", "Levels are given to rules that there are")
_named(
    "exceptions/expired",
    "error",
    "Exceptions are not over",
    ("L13",),
    ("kyverno/expiration-for-policyexceptions",),
)
_named("exceptions/not-allowed", "error", "Only what may be excepted is", ("L13",))
_named("exceptions/too-wide", "error", "An exception is about one object", ("L13",))
_named("exceptions/unknown-rule", "error", "Exceptions are from rules that there are", ("L13",))
_named(
    "exceptions/unreadable",
    "error",
    "An exception has a rule, a reason, an owner and an end",
    ("L13",),
    ("kyverno/policy-for-exceptions",),
)
_named("exceptions/unused", "warning", "Exceptions are about something", ("L13",))
_named("baseline/stale", "warning", "A baseline names what is still so")
