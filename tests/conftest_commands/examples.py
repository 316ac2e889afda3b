"""Small repositories in the shapes in which conftest's users have them, and what each comes to."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conftest_commands.cases import Case

HELPERS = """package kubernetes

is_service if input.kind == "Service"

is_deployment if input.kind == "Deployment"
"""

DENY = """package main

import data.kubernetes

name := input.metadata.name

deny contains msg if {
	kubernetes.is_deployment
	not input.spec.template.spec.securityContext.runAsNonRoot
	msg := sprintf("Containers must not run as root in Deployment %s", [name])
}

deny contains msg if {
	kubernetes.is_deployment
	not input.spec.selector.matchLabels.app
	msg := sprintf("Deployment %s must have a selector", [name])
}
"""

VIOLATION = """package main

import data.kubernetes

required := {"app.kubernetes.io/name", "app.kubernetes.io/part-of"}

violation contains {"msg": msg, "details": {"missing": missing}} if {
	kubernetes.is_deployment
	missing := required - {label | some label, _ in input.metadata.labels}
	count(missing) > 0
	msg := sprintf("Deployment %s lacks labels", [input.metadata.name])
}

deny_replicas contains msg if {
	kubernetes.is_deployment
	not input.spec.replicas
	msg := "Deployments must say how many"
}
"""

WARN = """package main

import data.kubernetes

warn contains msg if {
	kubernetes.is_service
	msg := sprintf("Found service %s but services are not allowed", [input.metadata.name])
}
"""

WARN_TEST = """package main

test_warns if warn["Found service a but services are not allowed"] with input as {
	"kind": "Service", "metadata": {"name": "a"},
}

test_silent if count(warn) == 0 with input as {"kind": "Deployment", "metadata": {"name": "a"}}
"""

KUBERNETES = {
    "policy/kubernetes.rego": HELPERS,
    "policy/deny.rego": DENY,
    "policy/violation.rego": VIOLATION,
    "policy/warn.rego": WARN,
    "service.yaml": "kind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n",
    "deployment.yaml": "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {}}}\n",
}
KUBERNETES["both.yaml"] = f"{KUBERNETES['deployment.yaml']}---\n{KUBERNETES['service.yaml']}"

SELECTED = """package main

deny contains msg if {
	some deployment in input
	deployment.contents.kind == "Deployment"
	app := deployment.contents.spec.selector.matchLabels.app
	not has_service(app)
	msg := sprintf("Deployment '%s' has no matching service", [deployment.contents.metadata.name])
}

has_service(app) if {
	some service in input
	service.contents.kind == "Service"
	service.contents.spec.selector.app == app
}
"""

SELECTED_FILES = "---\n".join(
    f"kind: {kind}\nmetadata: {{name: {name}}}\nspec: {{selector: {selector}}}\n"
    for kind, name, selector in (
        ("Deployment", "hello", "{matchLabels: {app: hello}}"),
        ("Service", "hello", "{app: hello}"),
        ("Deployment", "goodbye", "{matchLabels: {app: goodbye}}"),
    )
)

USERS = """package main

deny contains msg if {
	some team in input
	some member in team.contents.members
	not known(member)
	msg := sprintf("%s is in no file", [member])
}

violation contains "no team" if not any_team

any_team if {
	some team in input
	team.contents.members
}

known(name) if {
	some user in input
	user.contents.name == name
}
"""

EXCEPTED = """package main

deny_run_as_root contains "must not run as root" if not input.nonRoot

deny_name contains "must have a name" if not input.name

exception contains rules if {
	input.kind == "Deployment"
	rules := ["run_as_root"]
}
"""

IMAGES = """package main

deny contains msg if {
	some command in input
	command.Cmd == "from"
	startswith(command.Value[0], "openjdk")
	msg := sprintf("unallowed image %v", [command.Value])
}
"""

COMMANDS = """package commands

deny contains msg if {
	some command in input
	command.Cmd == "run"
	contains(command.Value[0], "apk")
	msg := sprintf("unallowed command %v", [command.Value])
}
"""

DOCKERFILE = "FROM openjdk:8-jdk-alpine\nVOLUME /tmp\nRUN apk add --no-cache python3\n"

PORTS = """package main

deny contains msg if {
	some port in input.spec.ports
	some service in data.services
	service.port == port.port
	msg := sprintf("Cannot expose port %d: %s", [port.port, service.name])
}
"""

STACK = """package main

deny contains "handler must be a reference" if not startswith(input.handler, "main")

deny contains msg if {
	some name, resource in input.resources
	resource.role == "admin"
	msg := sprintf("%s must not be admin", [name])
}

violation contains "secret" if input.secret == "Secret"
"""


@dataclass(frozen=True)
class Example:
    """A case, and the summary that conftest prints; empty where it prints none."""

    case: Case
    code: int
    summary: str
    said: str = ""


def example(
    name: str, words: list[str], files: dict[str, str], code: int, summary: str, said: str = ""
) -> Example:
    case = Case(f"example-{name}", [*words, "--no-color"], files, unordered=True)
    return Example(case, code, summary, said)


def counted(tests: int, passed: int, warnings: int, failures: int, exceptions: int = 0) -> str:
    def some(count: int, noun: str) -> str:
        return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

    return ", ".join(
        (
            some(tests, "test"),
            f"{passed} passed",
            some(warnings, "warning"),
            some(failures, "failure"),
            some(exceptions, "exception"),
        )
    )


EXAMPLES = (
    example("service", ["test", "service.yaml"], KUBERNETES, 0, counted(5, 4, 1, 0)),
    example(
        "service-fail-on-warn",
        ["test", "service.yaml", "--fail-on-warn"],
        KUBERNETES,
        1,
        counted(5, 4, 1, 0),
    ),
    example("deployment", ["test", "deployment.yaml"], KUBERNETES, 1, counted(5, 1, 0, 4)),
    example(
        "deployment-all",
        ["test", "deployment.yaml", "--all-namespaces"],
        KUBERNETES,
        1,
        counted(5, 1, 0, 4),
    ),
    example("both", ["test", "both.yaml"], KUBERNETES, 1, counted(10, 5, 1, 4)),
    example(
        "one-policy-quiet",
        ["test", "deployment.yaml", "-p", "policy/deny.rego", "--quiet"],
        KUBERNETES,
        0,
        "",
    ),
    example(
        "one-policy",
        ["test", "deployment.yaml", "-p", "policy/deny.rego"],
        KUBERNETES,
        0,
        counted(2, 2, 0, 0),
    ),
    example(
        "not-present",
        ["test", "deployment.yaml", "-n", "absent"],
        KUBERNETES,
        0,
        counted(0, 0, 0, 0),
    ),
    example(
        "other-format",
        ["test", "traefik.toml", "service.yaml"],
        {**KUBERNETES, "traefik.toml": '[entryPoints]\n[entryPoints.http]\naddress = ":80"\n'},
        0,
        counted(10, 9, 1, 0),
    ),
    example(
        "combine",
        ["test", "--combine", "all.yaml"],
        {"policy/p.rego": SELECTED, "all.yaml": SELECTED_FILES},
        1,
        counted(1, 0, 0, 1),
        "FAIL - Combined - main - Deployment 'goodbye' has no matching service",
    ),
    example(
        "verify",
        ["verify"],
        {**KUBERNETES, "policy/warn_test.rego": WARN_TEST},
        0,
        f"{counted(2, 2, 0, 0)}, 0 skipped",
    ),
    example(
        "exceptions",
        ["test", "deployment.yaml"],
        {"policy/p.rego": EXCEPTED, "deployment.yaml": "kind: Deployment\n"},
        1,
        counted(2, 0, 0, 1, 1),
        'EXCP - deployment.yaml - main - data.main.exception[_][_] == "run_as_root"',
    ),
    example(
        "users",
        ["test", "--combine", "team.yaml", "one.yaml", "two.yaml"],
        {
            "policy/p.rego": USERS,
            "team.yaml": "members: [one, three]\n",
            "one.yaml": "name: one\n",
            "two.yaml": "name: two\n",
        },
        1,
        counted(2, 1, 0, 1),
    ),
    example(
        "users-in-one-file",
        ["test", "--combine", "team.yaml", "users.yaml"],
        {
            "policy/p.rego": USERS,
            "team.yaml": "members: [one, three]\n",
            "users.yaml": "name: one\n---\nname: two\n",
        },
        1,
        counted(2, 1, 0, 1),
    ),
    example(
        "data",
        ["test", "service.yaml", "-d", "exclusions"],
        {
            "policy/p.rego": PORTS,
            "exclusions/services.yaml": "services: [{name: ssh, port: 22}]\n",
            "service.yaml": "spec: {ports: [{port: 22}, {port: 80}]}\n",
        },
        1,
        counted(1, 0, 0, 1),
        "FAIL - service.yaml - main - Cannot expose port 22: ssh",
    ),
    example(
        "settings-in-a-file",
        ["test", "deployment.yaml"],
        {
            "conftest.toml": 'policy = "rules"\nnamespace = ["main"]\n',
            "rules/p.rego": f"{EXCEPTED}\n",
            "deployment.yaml": "name: x\n",
        },
        1,
        counted(2, 1, 0, 1),
    ),
    *(
        example(
            f"docker-{name}",
            ["test", "Dockerfile", *words],
            {
                "policy/images.rego": IMAGES,
                "policy/commands.rego": COMMANDS,
                "Dockerfile": DOCKERFILE,
            },
            1,
            counted(count, 0, 0, count),
        )
        for name, words, count in (
            ("main", ["-n", "main"], 1),
            ("all", ["--all-namespaces"], 2),
            ("glob", ["-n", "c*"], 1),
        )
    ),
    example(
        "nested-namespace",
        ["test", "plan.json", "-n", "main.gke"],
        {
            "policy/p.rego": 'package main\n\ndeny contains "never"\n',
            "policy/q.rego": 'package main.gke\n\ndeny contains "x" if input.a\n',
            "plan.json": '{"a": 1}',
        },
        1,
        "1 test, 0 passed, 0 warnings, 1 failure, 0 exceptions",
    ),
    example(
        "unknown-tags",
        ["test", "stack.yaml"],
        {
            "policy/p.rego": STACK,
            "stack.yaml": "handler: !Ref index\nresources:\n  a: {role: admin}\n  b: !GetAtt {role: admin}\n"
            "secret: !Sub Secret\n",
        },
        1,
        counted(4, 0, 0, 4),
    ),
    example(
        "prints",
        ["test", "a.yaml"],
        {
            "policy/p.rego": 'package main\n\ndeny contains "x" if {\n\tprint("seen", input.a)\n\tinput.a\n}\n',
            "a.yaml": "a: 1\n",
        },
        1,
        counted(1, 0, 0, 1),
        "PRNT   policy/p.rego:4: seen 1",
    ),
    example(
        "strict",
        ["test", "a.yaml", "--strict"],
        {
            "policy/p.rego": 'package main\n\nimport data.x\n\ndeny contains "x" if {\n\ty := 1\n\tinput\n}\n',
            "a.yaml": "a: 1\n",
        },
        1,
        "",
    ),
    example(
        "capabilities",
        ["test", "a.yaml", "--capabilities", "c.json"],
        {
            "policy/p.rego": "package main\n\ndeny contains opa.runtime().env.HOME\n",
            "c.json": '{"builtins": []}',
            "a.yaml": "a: 1\n",
        },
        1,
        "",
    ),
    example(
        "several-failures",
        ["test", "a.yaml"],
        {
            "policy/p.rego": "package main\n\ndeny contains m if some m in input.m\n",
            "a.yaml": "m: [one, two, three]\n",
        },
        1,
        counted(3, 0, 0, 3),
    ),
    example(
        "two-directories",
        ["test", "a.yaml", "-p", "one", "-p", "two"],
        {
            "one/p.rego": 'package main\n\ndeny contains "x"\n',
            "two/sub/p.rego": 'package main\n\ndeny contains "y"\n',
            "a.yaml": "a: 1\n",
        },
        1,
        counted(2, 0, 0, 2),
    ),
    example(
        "if-and-contains",
        ["test", "a.yaml"],
        {"policy/p.rego": 'package main\n\ndeny contains "x" if input.a\n', "a.yaml": "a: 1\n"},
        1,
        counted(1, 0, 0, 1),
    ),
    example(
        "if-alone",
        ["test", "a.yaml"],
        {"policy/p.rego": "package main\n\ndeny if input.a\n", "a.yaml": "a: 1\n"},
        0,
        counted(1, 1, 0, 0),
    ),
    example(
        "if-with-key",
        ["test", "a.yaml"],
        {"policy/p.rego": "package main\n\ndeny[msg] if msg := input.a\n", "a.yaml": "a: x\n"},
        1,
        "",
    ),
)
