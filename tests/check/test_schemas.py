"""Our schemas of custom resources: strict, and never wider than the published definitions.

Because a person trusts a green check, nothing that a schema here accepts may be refused by a
cluster. A walker compares each node with the definition's; it knows the keywords that it has
compared and complains about any other.
"""

from __future__ import annotations

import json
import os
from copy import deepcopy
from functools import cache
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml
from jsonschema import Draft202012Validator

from modelyard.check.definitions import SAME, own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Schema = dict[str, Any]

HERE = Path(__file__).resolve()
SCHEMAS = HERE.parents[2] / "generator" / "modelyard" / "check" / "schemas"
DEFINITIONS = HERE.parents[3] / "shared" / "crds"
FILES = sorted(SCHEMAS.glob("*/*.json"))
KINDS = {
    "AuthorizationPolicy": "security.istio.io/authorizationpolicy_v1.json",
    "PeerAuthentication": "security.istio.io/peerauthentication_v1.json",
    "VirtualService": "networking.istio.io/virtualservice_v1.json",
    "DestinationRule": "networking.istio.io/destinationrule_v1.json",
    "ServiceMonitor": "monitoring.coreos.com/servicemonitor_v1.json",
    "PrometheusRule": "monitoring.coreos.com/prometheusrule_v1.json",
    "ExternalSecret": "external-secrets.io/externalsecret_v1.json",
    "AppProject": "argoproj.io/appproject_v1alpha1.json",
    "ApplicationSet": "argoproj.io/applicationset_v1alpha1.json",
}

STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
ENVELOPE: Schema = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "namespace": {"type": "string"},
            "labels": STRINGS,
            "annotations": STRINGS,
            "finalizers": {"type": "array", "items": {"type": "string"}},
        },
    },
}
"""What a definition leaves to the API server."""

COMPARED = {
    *("$ref", "type", "const", "enum", "required", "properties", "additionalProperties", "items"),
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"),
    *("minProperties", "maxProperties", "uniqueItems"),
    *("anyOf", "oneOf", "allOf", "not"),
}
NARROWING = {"propertyNames", "dependentRequired", "dependentSchemas", "if", "then", "else"}
WORDS = {"$schema", "$defs", "title", "description"}
UNDERSTOOD = COMPARED | NARROWING | WORDS
"""Every other keyword could widen a schema behind the walker's back."""

SELECTED = {"selector": {"matchLabels": {"app": "model"}}}
TARGET = {"kind": "Gateway", "name": "public"}
STRICT = {"mode": "STRICT"}

RULES: dict[str, tuple[list[Any], list[Any]]] = {
    "duration(self) >= duration('1ms')": (
        ["1ms", "0.5s", "1h30m", "1m0s"],
        ["", "0s", "0.0s", "0.9ms", "999us", "1d", "-1s", "1", "9999999h", "1s\n"],
    ),
    'self.all(key, !key.contains("*"))': ([{"app": "model"}], [{"app*": "model"}]),
    "self.all(key, key.size() != 0)": ([{"app": "model"}], [{"": "model"}]),
    '!self.contains("*")': (["model"], ["model*"]),
    "(has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + "
    "(has(self.targetRefs) ? 1 : 0) <= 1": (
        [SELECTED, {"targetRef": TARGET}, {"targetRefs": [TARGET]}],
        [
            SELECTED | {"targetRef": TARGET},
            SELECTED | {"targetRefs": [TARGET]},
            {"targetRef": TARGET, "targetRefs": [TARGET]},
        ],
    ),
    "(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) && "
    "!has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true": (
        [{"serviceAccounts": ["a/b"]}, {"principals": ["b"], "namespaces": ["a"]}],
        [
            {mine: ["a"], theirs: ["a"]}
            for mine in ("serviceAccounts", "notServiceAccounts")
            for theirs in ("principals", "notPrincipals", "namespaces", "notNamespaces")
        ],
    ),
    "has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? "
    "self.selector.matchLabels : {}).size() > 0) : true": (
        [SELECTED | {"portLevelMtls": {"80": STRICT}}],
        [
            {"portLevelMtls": {"80": STRICT}},
            {"selector": {"matchLabels": {}}, "portLevelMtls": {"80": STRICT}},
        ],
    ),
    "self.all(key, 0 < int(key) && int(key) <= 65535)": (
        [{"1": STRICT, "65535": STRICT}],
        [{"0": STRICT}, {"65536": STRICT}, {"99999": STRICT}, {"http": STRICT}],
    ),
}
"""The definitions' CEL rules, each with values that it takes and values that it refuses."""


@cache
def schema_of(kind: str) -> Schema:
    return json.loads((SCHEMAS / KINDS[kind]).read_bytes())


@cache
def definition_of(kind: str, version: str = "") -> Schema:
    """The root of the published schema, with what the API server adds to every object."""
    if not DEFINITIONS.is_dir():
        reason = f"the published definitions are not at {DEFINITIONS}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    group, _, ours = schema_of(kind)["properties"]["apiVersion"]["const"].rpartition("/")
    text = (DEFINITIONS / f"{group}_{kind.lower()}.yaml").read_bytes()
    spec = yaml.load(text, Loader=yaml.CSafeLoader)["spec"]
    assert (spec["group"], spec["names"]["kind"]) == (group, kind)
    [found] = [
        v["schema"] for v in spec["versions"] if v["name"] == (version or ours) and v["served"]
    ]
    root = found["openAPIV3Schema"]
    return {**root, "properties": {**root["properties"], **ENVELOPE}}


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference leads to."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def forms(schema: Schema) -> list[Schema]:
    """The types of value that a node takes, each with its own limits."""
    if "type" in schema or "anyOf" not in schema:
        return [schema]
    return list(chain.from_iterable(forms(branch) for branch in schema["anyOf"]))


def nodes(schema: Schema, path: str = "#") -> Iterator[tuple[str, Schema]]:
    """Every node that describes a value; conditions, which describe parts of one, are left out."""
    yield path, schema
    for key in ("$defs", "properties"):
        for name, child in schema.get(key, {}).items():
            yield from nodes(child, f"{path}/{key}/{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from nodes(schema[key], f"{path}/{key}")


def kinds_of(schema: Schema) -> set[str]:
    """The types that a form takes."""
    if "type" in schema:
        return {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return {names.get(type(value), "null") for value in listed(schema) or [None]}


def listed(schema: Schema) -> list[Any] | None:
    """The only values that a form takes, where they are named."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def faults(ours: Schema, theirs: Schema, root: Schema, path: str = "$") -> Iterator[str]:
    """Where our schema takes what the definition does not."""
    if "$ref" in ours and len(ours) > 1:
        yield f"{path}: a reference stands beside {sorted(ours.keys() - {'$ref'})}"
    ours = resolved(ours, root)
    for keyword in sorted(ours.keys() - UNDERSTOOD):
        yield f"{path}: `{keyword}` is not understood"
    if theirs.get("x-kubernetes-preserve-unknown-fields") and "properties" not in theirs:
        if "type" in theirs:
            yield from type_faults(ours, theirs, path)
        return
    for form in forms(ours):
        yield from type_faults(form, theirs, path)
        yield from value_faults(form, theirs, path)
    yield from presence_faults(ours, theirs, path)
    yield from rule_faults(ours, theirs, root, path)
    yield from property_faults(ours, theirs, root, path)
    yield from member_faults(ours, theirs, root, path)


def type_faults(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    if theirs.get("x-kubernetes-int-or-string"):
        allowed = {"integer", "string"}
    else:
        allowed = {"number", "integer"} if theirs["type"] == "number" else {theirs["type"]}
    for wrong in sorted(kinds_of(ours) - allowed):
        yield f"{path}: may be {wrong}, the definition has {' or '.join(sorted(allowed))}"


def value_faults(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    """Named values must be allowed; other values must keep every limit."""
    values = listed(ours)
    if values is not None:
        yield from named_value_faults(values, theirs, path)
        return
    if "enum" in theirs:
        yield f"{path}: any value is taken, the definition has only {theirs['enum']}"
    yield from limit_faults(ours, theirs, path)
    if "string" in kinds_of(ours) and theirs.get("pattern") not in (None, ours.get("pattern")):
        yield f"{path}: lacks the definition's pattern {theirs['pattern']}"


def named_value_faults(values: list[Any], theirs: Schema, path: str) -> Iterator[str]:
    limits = ("enum", "pattern", "minimum", "maximum", "minLength", "maxLength")
    allowed = jsonschema_rs.validator_for({key: theirs[key] for key in limits if key in theirs})
    for value in values:
        if not allowed.is_valid(value):
            yield f"{path}: takes {value!r}, which the definition does not"


def limit_faults(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    for keyword, limit in limits_of(theirs):
        if not applies(keyword, kinds_of(ours)):
            continue
        mine = ours.get(keyword)
        if mine is None or (mine < limit if keyword.startswith("min") else mine > limit):
            yield f"{path}: `{keyword}` is {mine}, the definition has {limit}"
    if theirs.get("x-kubernetes-list-type") == "set" and not ours.get("uniqueItems"):
        yield f"{path}: items may repeat, in the definition they are a set"
    if theirs.get("format") == "byte" and "[A-Za-z0-9+/]{4}" not in ours.get("pattern", ""):
        yield f"{path}: is not held to base64"


def limits_of(theirs: Schema) -> Iterator[tuple[str, int]]:
    """Lower and upper limits; the width of a number is one."""
    for keyword in sorted(COMPARED):
        if keyword.startswith(("min", "max")) and keyword in theirs:
            yield keyword, theirs[keyword]
    if theirs.get("format") == "int32":
        yield "minimum", -(2**31)
        yield "maximum", 2**31 - 1


def applies(keyword: str, kinds: set[str]) -> bool:
    """Whether a limit is about values of a type."""
    about = {"imum": {"integer", "number"}, "Length": {"string"}, "Items": {"array"}}
    return bool(kinds & about.get(keyword[3:], {"object"}))


def presence_faults(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    """Every set of keys that we take must be one that the definition takes."""
    if theirs.get("x-kubernetes-int-or-string"):
        return
    missing = set(theirs.get("required", ())) - set(ours.get("required", ()))
    if missing:
        yield f"{path}: does not require {sorted(missing)}"
    if not all(only_about_keys(part) for part in conditions(theirs)):
        yield f"{path}: the definition has a condition that is not only about keys"
        return
    names = sorted(set(chain.from_iterable(map(keys_in, conditions(theirs)))))
    for present in subsets(name for name in names if name in ours.get("properties", {})):
        mine = all(permits(part, present) for part in conditions(ours) if only_about_keys(part))
        if mine and not all(permits(part, present) for part in conditions(theirs)):
            yield f"{path}: takes {sorted(present)} together, which the definition does not"


def conditions(schema: Schema) -> Iterator[Schema]:
    """A node's own conditions, each as a schema that can be judged alone."""
    yield from ({key: schema[key]} for key in ("anyOf", "oneOf", "not") if key in schema)
    yield from schema.get("allOf", ())
    for name, part in schema.get("dependentSchemas", {}).items():
        yield {"dependentSchemas": {name: part}}


def parts_of(condition: Schema) -> Iterator[Schema]:
    for keyword in ("anyOf", "oneOf", "allOf"):
        yield from condition.get(keyword, ())
    yield from condition.get("dependentSchemas", {}).values()
    if "not" in condition:
        yield condition["not"]


def only_about_keys(condition: Schema) -> bool:
    """Whether a condition looks at no value; `false` for a property means that it is absent."""
    forbidden = condition.get("properties", {}).values()
    known = condition.keys() <= JUDGES.keys() and all(value is False for value in forbidden)
    return known and all(map(only_about_keys, parts_of(condition)))


def keys_in(condition: Schema) -> Iterator[str]:
    yield from condition.get("required", ())
    for part in parts_of(condition):
        yield from keys_in(part)


def permits(condition: Schema, present: frozenset[str]) -> bool:
    """Whether an object with these keys meets a condition that is only about keys."""
    return all(JUDGES[keyword](value, present) for keyword, value in condition.items())


JUDGES: dict[str, Callable[[Any, frozenset[str]], bool]] = {
    "required": lambda names, present: present.issuperset(names),
    "properties": lambda forbidden, present: present.isdisjoint(forbidden),
    "anyOf": lambda parts, present: any(permits(part, present) for part in parts),
    "oneOf": lambda parts, present: sum(permits(part, present) for part in parts) == 1,
    "allOf": lambda parts, present: all(permits(part, present) for part in parts),
    "not": lambda part, present: not permits(part, present),
    "dependentSchemas": lambda parts, present: all(
        permits(part, present) for name, part in parts.items() if name in present
    ),
}


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    known = list(names)
    for size in range(len(known) + 1):
        yield from map(frozenset, combinations(known, size))


def rule_faults(ours: Schema, theirs: Schema, root: Schema, path: str) -> Iterator[str]:
    """CEL is not run here: each rule stands for the values that it must tell apart."""
    for entry in theirs.get("x-kubernetes-validations", ()):
        rule = " ".join(entry["rule"].split())
        if rule not in RULES:
            yield f"{path}: nobody says what the rule `{rule}` refuses"
            continue
        good, bad = RULES[rule]
        node = jsonschema_rs.validator_for({**ours, "$defs": root.get("$defs", {})})
        yield from (f"{path}: refuses {v!r}, rule `{rule}`" for v in good if not node.is_valid(v))
        yield from (f"{path}: takes {v!r}, against `{rule}`" for v in bad if node.is_valid(v))


def property_faults(ours: Schema, theirs: Schema, root: Schema, path: str) -> Iterator[str]:
    known, more = theirs.get("properties", {}), theirs.get("additionalProperties")
    for name, child in ours.get("properties", {}).items():
        found = known.get(name, more)
        if isinstance(found, dict):
            yield from faults(child, found, root, f"{path}.{name}")
        elif not theirs.get("x-kubernetes-preserve-unknown-fields"):
            yield f"{path}.{name}: the definition has no such property"


def member_faults(ours: Schema, theirs: Schema, root: Schema, path: str) -> Iterator[str]:
    """The members of a map and the items of a list."""
    for keyword, kind, mark in (("additionalProperties", "object", "{}"), ("items", "array", "[]")):
        mine, found = ours.get(keyword), theirs.get(keyword)
        if kind not in kinds_of(forms(ours)[0]) or mine is False:
            continue
        if not isinstance(mine, dict):
            yield f"{path}{mark}: anything is taken"
        elif not isinstance(found, dict):
            yield f"{path}{mark}: the definition has none"
        else:
            yield from faults(mine, found, root, f"{path}{mark}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_schema_is_a_valid_schema(file: Path) -> None:
    schema = json.loads(file.read_bytes())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    jsonschema_rs.Draft202012Validator(schema)


def test_every_kind_has_one_file_that_its_group_kind_and_version_name() -> None:
    assert {file.relative_to(SCHEMAS).as_posix() for file in FILES} == set(KINDS.values())
    for kind, file in KINDS.items():
        properties = schema_of(kind)["properties"]
        group, _, version = properties["apiVersion"]["const"].rpartition("/")
        assert (properties["kind"]["const"], file) == (
            kind,
            f"{group}/{kind.lower()}_{version}.json",
        )


def test_versions_that_share_a_schema_say_the_same() -> None:
    for kind in KINDS:
        group, _, version = schema_of(kind)["properties"]["apiVersion"]["const"].rpartition("/")
        for (of, other), known in SAME.items():
            if of == group:
                assert known == version
                assert definition_of(kind, other) == definition_of(kind)
                found = own(f"{group}/{other}", kind)
                assert found is not None
                assert found["properties"]["apiVersion"]["const"] == f"{group}/{other}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_schema_is_written_with_two_spaces(file: Path) -> None:
    schema = json.loads(file.read_bytes())
    assert file.read_bytes() == (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_takes_a_subset_of_the_published_definition(kind: str) -> None:
    schema = schema_of(kind)
    found = [f"{KINDS[kind]}: {fault}" for fault in faults(schema, definition_of(kind), schema)]
    assert not found, "\n".join(found)


def test_every_generator_of_the_definition_is_known() -> None:
    schema, definition = schema_of("ApplicationSet"), definition_of("ApplicationSet")
    theirs = at(definition, "properties/spec/properties/generators/items/properties")
    assert at(schema, "$defs/generator/properties").keys() == theirs.keys()
    for combining in ("matrix", "merge"):
        inside = at(theirs, f"{combining}/properties/generators/items/properties")
        assert at(schema, "$defs/nestedGenerator/properties").keys() == inside.keys()
    for host in ("pullRequest", "scmProvider"):
        known = at(schema, f"$defs/{host}/properties")
        assert known.keys() == at(theirs, f"{host}/properties").keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_with_named_properties_is_closed(kind: str) -> None:
    found = list(nodes(schema_of(kind)))
    named = [(path, node) for path, node in found if "properties" in node]
    assert named
    assert [path for path, node in named if node.get("additionalProperties") is not False] == []
    maps = [(path, node) for path, node in found if node.get("type") == "object"]
    assert [path for path, node in maps if "additionalProperties" not in node] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_node_names_its_type_and_none_takes_null(kind: str) -> None:
    for path, node in nodes(schema_of(kind)):
        if "$ref" not in node:
            taken = set().union(*map(kinds_of, forms(node)))
            assert taken, path
            assert "null" not in taken, path


@pytest.mark.parametrize("kind", KINDS)
def test_every_definition_of_a_schema_is_used_and_exists(kind: str) -> None:
    schema = schema_of(kind)
    used = {child["$ref"] for _, child in every_mapping(schema) if "$ref" in child}
    assert used == {f"#/$defs/{name}" for name in schema["$defs"]}


def every_mapping(value: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, dict | list):
            yield from every_mapping(child, f"{path}/{key}")


def manifest(kind: str, spec: str) -> dict[str, Any]:
    """An object of a kind with the metadata that ours have."""
    version = schema_of(kind)["properties"]["apiVersion"]["const"]
    metadata = {
        "name": "fraud-detection",
        "namespace": "models",
        "labels": {"app.kubernetes.io/name": "fraud-detection", "modelyard.dev/team": "risk"},
        "annotations": {"argocd.argoproj.io/sync-wave": "-1"},
    }
    body = yaml.load(spec, Loader=yaml.CSafeLoader)
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": body}


@cache
def validator_of(kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema_of(kind))


def refusals(kind: str, value: Any) -> dict[str, str]:
    """Where a schema refuses a value, as dotted paths, and why."""
    errors = validator_of(kind).iter_errors(value)
    return {".".join(map(str, error.instance_path)): error.message for error in errors}


ACCEPTED = {
    "AuthorizationPolicy as generated": """
        selector: {matchLabels: {app.kubernetes.io/name: fraud-detection}}
        action: ALLOW
        rules:
          - from: [{source: {principals: [cluster.local/ns/shop/sa/checkout]}}]
            to: [{operation: {ports: ["8080"], methods: [POST], paths: [/predict, /v1/*]}}]
          - from: [{source: {principals: [cluster.local/ns/monitoring/sa/prometheus]}}]
            to: [{operation: {ports: ["8080"], methods: [GET], paths: [/metrics]}}]
    """,
    "AuthorizationPolicy that denies": """
        action: DENY
        rules:
          - from: [{source: {notNamespaces: [shop], ipBlocks: [10.0.0.0/8, "2001:db8::/32"]}}]
            when: [{key: "request.headers[x-debug]", values: ["*"]}]
    """,
    "AuthorizationPolicy that asks another service": """
        targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: public}]
        action: CUSTOM
        provider: {name: oauth2-proxy}
        rules: [{to: [{operation: {hosts: ["*.a.org"], notPaths: [/healthz, "/v1/{*}/x", "*.js"]}}]}]
    """,
    "AuthorizationPolicy that allows nothing": "{}",
    "PeerAuthentication as generated": "mtls: {mode: STRICT}",
    "PeerAuthentication with a port left open": """
        selector: {matchLabels: {app.kubernetes.io/name: fraud-detection}}
        mtls: {mode: STRICT}
        portLevelMtls: {"8080": {mode: PERMISSIVE}}
    """,
    "VirtualService as generated": """
        hosts: [fraud-detection.models.svc.cluster.local]
        http:
          - name: model
            route:
              - destination: {host: fraud-detection.models.svc.cluster.local, port: {number: 80}}
                weight: 90
              - destination: {host: fraud-detection-canary.models, port: {number: 8080}}
                weight: 10
            timeout: 2s
            retries: {attempts: 2, retryOn: "connect-failure,refused-stream"}
    """,
    "VirtualService without retries": """
        hosts: [fraud-detection]
        http: [{route: [{destination: {host: fraud-detection}}], retries: {attempts: 0}}]
    """,
    "VirtualService by hand": """
        hosts: [models.example.org]
        gateways: [istio-system/public, mesh]
        exportTo: ["."]
        http:
          - match:
              - uri: {prefix: /v1/}
                method: {exact: POST}
                headers: {x-canary: {exact: "true"}, authorization: {}}
                withoutHeaders: {x-debug: {}}
                queryParams: {dry: {regex: "^(0|1)$"}}
                ignoreUriCase: true
                port: 443
                sourceLabels: {app: checkout}
            rewrite: {uriRegexRewrite: {match: "^/v1/(.*)$", rewrite: '/\\1'}}
            route:
              - destination: {host: fraud-detection, subset: v2}
                headers: {response: {set: {x-release: v2}, remove: [server]}}
            mirror: {host: fraud-detection-canary}
            mirrorPercentage: {value: 12.5}
            fault:
              delay: {fixedDelay: 0.5s, percentage: {value: 1}}
              abort: {httpStatus: 503, percentage: {value: 0.1}}
            retries: {attempts: 3, perTryTimeout: 500ms, retryOn: "5xx,503"}
            corsPolicy:
              allowOrigins: [{exact: https://example.org}]
              allowMethods: [GET, POST]
              maxAge: 24h
              allowCredentials: false
          - match: [{uri: {exact: /old}}]
            redirect: {uri: /new, redirectCode: 308}
          - match: [{uri: {exact: /robots.txt}}]
            directResponse: {status: 200, body: {string: "User-agent: *"}}
          - delegate: {name: others, namespace: platform}
    """,
    "VirtualService for TLS and TCP": """
        hosts: [broker.example.org]
        tls:
          - match: [{port: 443, sniHosts: [broker.example.org]}]
            route: [{destination: {host: broker, port: {number: 9093}}}]
        tcp: [{match: [{port: 9092}], route: [{destination: {host: broker}, weight: 100}]}]
    """,
    "DestinationRule as generated": """
        host: fraud-detection.models.svc.cluster.local
        trafficPolicy:
          tls: {mode: ISTIO_MUTUAL}
          connectionPool:
            tcp: {maxConnections: 100}
            http: {http1MaxPendingRequests: 50}
          outlierDetection:
            consecutiveGatewayErrors: 5
            interval: 10s
            baseEjectionTime: 30s
            maxEjectionPercent: 50
    """,
    "DestinationRule by hand": """
        host: fraud-detection
        exportTo: ["*"]
        workloadSelector: {matchLabels: {app: checkout}}
        subsets:
          - {name: v1, labels: {version: v1}}
          - name: v2
            labels: {version: v2}
            trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}
        trafficPolicy:
          loadBalancer:
            consistentHash: {httpCookie: {name: session, ttl: 0s}, maglev: {tableSize: 65537}}
            localityLbSetting: {enabled: true, failover: [{from: eu-west, to: eu-north}]}
            warmup: {duration: 1m, minimumPercent: 10, aggression: 1.5}
          connectionPool:
            tcp: {connectTimeout: 30ms, tcpKeepalive: {probes: 3, time: 7200s, interval: 75s}}
            http: {http2MaxRequests: 1000, h2UpgradePolicy: UPGRADE, idleTimeout: 1h}
          portLevelSettings:
            - port: {number: 443}
              tls: {mode: SIMPLE, sni: example.org, subjectAltNames: [example.org]}
            - port: {number: 8443}
              tls: {mode: MUTUAL, credentialName: client}
    """,
    "ServiceMonitor as generated": """
        jobLabel: app.kubernetes.io/name
        namespaceSelector: {matchNames: [models]}
        selector: {matchLabels: {app.kubernetes.io/name: fraud-detection}}
        endpoints:
          - port: http
            path: /metrics
            interval: 30s
            scheme: https
            tlsConfig:
              caFile: /etc/prom-certs/root-cert.pem
              certFile: /etc/prom-certs/cert-chain.pem
              keyFile: /etc/prom-certs/key.pem
              insecureSkipVerify: true
            relabelings:
              - action: replace
                sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_version]
                targetLabel: model_version
    """,
    "ServiceMonitor by hand": """
        selector:
          matchExpressions:
            - {key: app, operator: In, values: [a, b]}
            - {key: canary, operator: DoesNotExist}
        namespaceSelector: {any: true}
        sampleLimit: 10000
        bodySizeLimit: 10MB
        scrapeProtocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]
        nativeHistogramMinBucketFactor: "1.1"
        attachMetadata: {node: true}
        endpoints:
          - targetPort: 9090
            scrapeTimeout: 1m30s
            honorLabels: true
            params: {module: [http_2xx]}
            oauth2:
              clientId: {configMap: {name: scraper, key: id}}
              clientSecret: {name: scraper, key: secret}
              tokenUrl: https://login.example.org/token
              scopes: [metrics]
            metricRelabelings:
              - {action: labeldrop, regex: pod_template_hash}
              - {action: drop, sourceLabels: [__name__], regex: "go_.*"}
              - {action: hashmod, sourceLabels: [pod], modulus: 4, targetLabel: shard}
          - port: extra
            basicAuth: {username: {name: user, key: name}, password: {name: user, key: password}}
    """,
    "PrometheusRule as generated": """
        groups:
          - name: fraud-detection.objectives
            rules:
              - alert: ModelLatencyHigh
                expr: histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 0.2
                for: 10m
                labels: {severity: critical, team: risk}
                annotations:
                  summary: fraud-detection answers slower than 200ms
                  runbook_url: https://runbooks.example.org#model-latency-high
    """,
    "PrometheusRule by hand": """
        groups:
          - name: recorded
            interval: 1m
            query_offset: "0"
            limit: 10
            labels: {source: modelyard}
            partial_response_strategy: warn
            rules:
              - {record: "model:requests:rate5m", expr: "sum(rate(x[5m]))", labels: {a: b}}
              - {alert: Always, expr: 1, keep_firing_for: 1d}
    """,
    "ExternalSecret as generated": """
        refreshInterval: 1h
        secretStoreRef: {kind: ClusterSecretStore, name: vault}
        target: {name: fraud-detection-secrets, creationPolicy: Owner, deletionPolicy: Retain}
        data:
          - secretKey: database.password
            remoteRef: {key: models/fraud-detection/database, property: password}
    """,
    "ExternalSecret by hand": """
        refreshPolicy: Periodic
        refreshInterval: 1h0m0s
        secretStoreRef: {name: vault}
        target:
          immutable: true
          template:
            type: Opaque
            engineVersion: v2
            metadata: {labels: {app: model}}
            data: {url: "postgres://{{ .user }}:{{ .password }}@db"}
            templateFrom: [{configMap: {name: templates, items: [{key: config}]}}]
        dataFrom:
          - extract: {key: models/fraud-detection, decodingStrategy: Auto}
            rewrite: [{regexp: {source: "^db-(.*)$", target: "$1"}}]
          - find: {path: models, name: {regexp: "^fraud-"}, tags: {team: risk}}
          - sourceRef: {generatorRef: {kind: Password, name: random}}
    """,
    "ExternalSecret whose entries name their stores": """
        data:
          - secretKey: token
            remoteRef: {key: token, version: "3"}
            sourceRef: {storeRef: {kind: SecretStore, name: local}}
    """,
    "AppProject as generated": """
        description: Models in production.
        sourceRepos: [https://git.example.org/models.git]
        destinations: [{server: https://kubernetes.default.svc, namespace: models}]
        clusterResourceWhitelist: [{group: "", kind: Namespace}]
        namespaceResourceWhitelist: [{group: apps, kind: Deployment}]
        orphanedResources: {warn: true}
    """,
    "AppProject by hand": """
        sourceRepos: ["*", "!https://git.example.org/private/*"]
        sourceNamespaces: [argocd]
        destinations: [{name: in-cluster, namespace: "*"}]
        roles:
          - name: deployer
            groups: [risk]
            policies: ["p, proj:models:deployer, applications, sync, models/*, allow"]
        syncWindows:
          - kind: deny
            schedule: "0 22 * * 5"
            duration: 60h
            timeZone: Europe/Berlin
            applications: ["*"]
            manualSync: true
        signatureKeys: [{keyID: 4AEE18F83AFDEB23}]
    """,
    "ApplicationSet as generated": """
        goTemplate: true
        goTemplateOptions: [missingkey=error]
        syncPolicy: {applicationsSync: create-update, preserveResourcesOnDeletion: true}
        generators:
          - git:
              repoURL: https://git.example.org/models.git
              revision: refs/heads/main
              files: [{path: deploy/production/*/release.lock}]
        template:
          metadata:
            name: "{{ .application }}"
            labels: {app.kubernetes.io/managed-by: modelyard}
          spec:
            project: models-production
            source:
              repoURL: https://git.example.org/models.git
              targetRevision: refs/heads/main
              path: "{{ .path.path }}"
            destination: {server: https://kubernetes.default.svc, namespace: models}
            syncPolicy:
              automated: {prune: true, selfHeal: true, allowEmpty: false}
              syncOptions: [ServerSideApply=true, PruneLast=true]
              retry: {limit: 5, backoff: {duration: 10s, factor: 2, maxDuration: 5m}}
        templatePatch: |
          spec:
            ignoreDifferences: {{ toJson .ignoreDifferences }}
    """,
    "ApplicationSet that asks hosts": """
        goTemplate: true
        generators:
          - pullRequest:
              github:
                owner: example
                repo: models
                tokenRef: {secretName: github, key: token}
                labels: [preview]
              filters: [{branchMatch: "model/.*"}]
              requeueAfterSeconds: 300
          - scmProvider:
              cloneProtocol: ssh
              gitlab:
                group: "8675309"
                includeSubgroups: true
                tokenRef: {secretName: gitlab, key: token}
                caRef: {configMapName: authority, key: ca.crt}
              filters: [{repositoryMatch: ^model-, pathsExist: [deploy]}]
          - scmProvider:
              awsCodeCommit: {tagFilters: [{key: team, value: ml}]}
              values: {tier: a}
          - matrix:
              generators:
                - clusterDecisionResource:
                    configMapRef: decisions
                    labelSelector: {matchLabels: {policy: spread}}
                - plugin:
                    configMapRef: {name: models}
                    input: {parameters: {team: ml, sizes: [1, {b: 2}]}}
        template:
          metadata: {name: "{{ .name }}"}
          spec:
            project: default
            destination: {name: in-cluster}
            source: {repoURL: https://git.example.org/models.git, path: a}
    """,
    "ApplicationSet that combines generators": """
        generators:
          - matrix:
              generators:
                - clusters: {selector: {matchLabels: {env: production}}, values: {tier: a}}
                - merge:
                    mergeKeys: [name]
                    generators:
                      - list: {elements: [{name: a, replicas: 2, tags: [x]}]}
                      - git:
                          repoURL: https://git.example.org/models.git
                          revision: HEAD
                          directories: [{path: "models/*"}, {path: models/old, exclude: true}]
            selector: {matchExpressions: [{key: name, operator: NotIn, values: [b]}]}
        strategy:
          type: RollingSync
          rollingSync:
            steps:
              - matchExpressions: [{key: env, operator: In, values: [dev]}]
                maxUpdate: 25%
        ignoreApplicationDifferences: [{jsonPointers: [/spec/source/targetRevision]}]
        template:
          metadata: {name: "{{name}}"}
          spec:
            project: default
            destination: {name: "{{cluster}}"}
            sources:
              - repoURL: https://charts.example.org
                chart: model
                targetRevision: 1.2.3
                helm:
                  valueFiles: [$values/models/a.yaml]
                  valuesObject: {image: {tag: v1}, replicas: 2, tolerations: []}
              - {repoURL: https://git.example.org/models.git, ref: values}
              - repoURL: https://git.example.org/models.git
                path: overlays
                kustomize:
                  images: [model=example.org/model:v1]
                  replicas: [{name: model, count: 2}]
                  patches: [{target: {kind: Deployment}, patch: "[]"}]
            ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]
    """,
}

CLUSTERS = "generators: [{clusters: {}}]\n"
WHOLE = """\
template:
  metadata: {name: a}
  spec: {project: a, source: {repoURL: a, path: b}, destination: {name: c}}
"""

REFUSED = {
    "AuthorizationPolicy with an empty source": (
        "spec.rules.0.from.0.source",
        "rules: [{from: [{source: {}}]}]",
    ),
    "AuthorizationPolicy with a caller list that is empty": (
        "spec.rules.0.from.0.source.principals",
        "rules: [{from: [{source: {principals: []}}]}]",
    ),
    "AuthorizationPolicy with an identity as SPIFFE writes it": (
        "spec.rules.0.from.0.source.principals.0",
        "rules: [{from: [{source: {principals: ['spiffe://cluster.local/ns/a/sa/b']}}]}]",
    ),
    "AuthorizationPolicy with accounts beside namespaces": (
        "spec.rules.0.from.0.source.namespaces",
        "rules: [{from: [{source: {serviceAccounts: [a/b], namespaces: [a]}}]}]",
    ),
    "AuthorizationPolicy with a port that is a number": (
        "spec.rules.0.to.0.operation.ports.0",
        "rules: [{to: [{operation: {ports: [8080]}}]}]",
    ),
    "AuthorizationPolicy with a port out of range": (
        "spec.rules.0.to.0.operation.ports.0",
        'rules: [{to: [{operation: {ports: ["65536"]}}]}]',
    ),
    "AuthorizationPolicy with a method in small letters": (
        "spec.rules.0.to.0.operation.methods.0",
        "rules: [{to: [{operation: {methods: [get]}}]}]",
    ),
    "AuthorizationPolicy with a star inside a path": (
        "spec.rules.0.to.0.operation.paths.0",
        "rules: [{to: [{operation: {paths: [/v1/*/predict]}}]}]",
    ),
    "AuthorizationPolicy with a source beside from": (
        "spec.rules.0",
        "rules: [{source: {principals: [a]}}]",
    ),
    "AuthorizationPolicy with a condition without values": (
        "spec.rules.0.when.0",
        "rules: [{when: [{key: source.ip}]}]",
    ),
    "AuthorizationPolicy with an action of its own": ("spec.action", "action: allow"),
    "AuthorizationPolicy that denies nothing": ("spec", "action: DENY"),
    "AuthorizationPolicy that asks nobody": ("spec", "{action: CUSTOM, rules: [{}]}"),
    "AuthorizationPolicy with a provider that is not asked": (
        "spec.provider",
        "provider: {name: a}",
    ),
    "PeerAuthentication with a mode in small letters": ("spec.mtls.mode", "mtls: {mode: strict}"),
    "PeerAuthentication with ports of all pods": (
        "spec",
        'portLevelMtls: {"8080": {mode: DISABLE}}',
    ),
    "PeerAuthentication with the name of a port": (
        "spec.portLevelMtls",
        "{selector: {matchLabels: {a: b}}, portLevelMtls: {http: {mode: DISABLE}}}",
    ),
    "VirtualService without hosts": ("spec", "http: [{route: [{destination: {host: a}}]}]"),
    "VirtualService without routes": ("spec", "hosts: [a]"),
    "VirtualService with weight 101": (
        "spec.http.0.route.0.weight",
        "{hosts: [a], http: [{route: [{destination: {host: a}, weight: 101}]}]}",
    ),
    "VirtualService with a weight that is text": (
        "spec.http.0.route.0.weight",
        "{hosts: [a], http: [{route: [{destination: {host: a}, weight: '100'}]}]}",
    ),
    "VirtualService with a route without host": (
        "spec.http.0.route.0.destination",
        "{hosts: [a], http: [{route: [{destination: {subset: v1}}]}]}",
    ),
    "VirtualService with a bare port": (
        "spec.http.0.route.0.destination.port",
        "{hosts: [a], http: [{route: [{destination: {host: a, port: 80}}]}]}",
    ),
    "VirtualService with days": (
        "spec.http.0.timeout",
        "{hosts: [a], http: [{route: [{destination: {host: a}}], timeout: 1d}]}",
    ),
    "VirtualService with no time at all": (
        "spec.http.0.timeout",
        "{hosts: [a], http: [{route: [{destination: {host: a}}], timeout: 0s}]}",
    ),
    "VirtualService that retries never and on 5xx": (
        "spec.http.0.retries.retryOn",
        """
        hosts: [a]
        http: [{route: [{destination: {host: a}}], retries: {attempts: 0, retryOn: 5xx}}]
        """,
    ),
    "VirtualService that routes and redirects": (
        "spec.http.0.redirect",
        "{hosts: [a], http: [{route: [{destination: {host: a}}], redirect: {uri: /}}]}",
    ),
    "VirtualService with two matches in one": (
        "spec.http.0.match.0.uri.prefix",
        """
        hosts: [a]
        http: [{match: [{uri: {exact: /a, prefix: /b}}], route: [{destination: {host: a}}]}]
        """,
    ),
    "VirtualService with timeout inside a route": (
        "spec.http.0.route.0",
        "{hosts: [a], http: [{route: [{destination: {host: a}, timeout: 1s}]}]}",
    ),
    "DestinationRule without host": ("spec", "trafficPolicy: {tls: {mode: DISABLE}}"),
    "DestinationRule with a setting of another place": (
        "spec.trafficPolicy.connectionPool",
        "{host: a, trafficPolicy: {connectionPool: {maxConnections: 10}}}",
    ),
    "DestinationRule with a number as text": (
        "spec.trafficPolicy.connectionPool.tcp.maxConnections",
        "{host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: '10'}}}}",
    ),
    "DestinationRule with more than all pods ejected": (
        "spec.trafficPolicy.outlierDetection.maxEjectionPercent",
        "{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}",
    ),
    "DestinationRule with two balancers": (
        "spec.trafficPolicy.loadBalancer.consistentHash",
        """
        host: a
        trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}
        """,
    ),
    "DestinationRule with mutual TLS without a certificate": (
        "spec.trafficPolicy.tls",
        "{host: a, trafficPolicy: {tls: {mode: MUTUAL}}}",
    ),
    "DestinationRule with a subset without name": (
        "spec.subsets.0",
        "{host: a, subsets: [{labels: {version: v1}}]}",
    ),
    "ServiceMonitor without selector": ("spec", "endpoints: [{port: http}]"),
    "ServiceMonitor without endpoints": ("spec.endpoints", "{selector: {}, endpoints: []}"),
    "ServiceMonitor with an endpoint without port": (
        "spec.endpoints.0",
        "{selector: {}, endpoints: [{path: /metrics}]}",
    ),
    "ServiceMonitor with a port number for a name": (
        "spec.endpoints.0.port",
        "{selector: {}, endpoints: [{port: 8080}]}",
    ),
    "ServiceMonitor with an interval without unit": (
        "spec.endpoints.0.interval",
        "{selector: {}, endpoints: [{port: http, interval: '30'}]}",
    ),
    "ServiceMonitor with an empty interval": (
        "spec.endpoints.0.interval",
        "{selector: {}, endpoints: [{port: http, interval: ''}]}",
    ),
    "ServiceMonitor with a certificate without key": (
        "spec.endpoints.0.tlsConfig",
        "{selector: {}, endpoints: [{port: http, tlsConfig: {certFile: /a}}]}",
    ),
    "ServiceMonitor with two identities": (
        "spec.endpoints.0.bearerTokenFile",
        "{selector: {}, endpoints: [{port: http, bearerTokenFile: /a, authorization: {}}]}",
    ),
    "ServiceMonitor that writes no label": (
        "spec.endpoints.0.relabelings.0",
        "{selector: {}, endpoints: [{port: http, relabelings: [{sourceLabels: [a]}]}]}",
    ),
    "ServiceMonitor that selects in no values": (
        "spec.selector.matchExpressions.0",
        "{selector: {matchExpressions: [{key: a, operator: In}]}, endpoints: [{port: http}]}",
    ),
    "PrometheusRule with `for` beside `record`": (
        "spec.groups.0.rules.0.for",
        "groups: [{name: a, rules: [{record: a, expr: b, for: 5m}]}]",
    ),
    "PrometheusRule with annotations beside `record`": (
        "spec.groups.0.rules.0.annotations",
        "groups: [{name: a, rules: [{record: a, expr: b, annotations: {c: d}}]}]",
    ),
    "PrometheusRule that records and alerts": (
        "spec.groups.0.rules.0.alert",
        "groups: [{name: a, rules: [{record: a, alert: b, expr: c}]}]",
    ),
    "PrometheusRule that does neither": (
        "spec.groups.0.rules.0",
        "groups: [{name: a, rules: [{expr: c}]}]",
    ),
    "PrometheusRule without expression": (
        "spec.groups.0.rules.0",
        "groups: [{name: a, rules: [{alert: b}]}]",
    ),
    "PrometheusRule with a duration in words": (
        "spec.groups.0.rules.0.for",
        "groups: [{name: a, rules: [{alert: b, expr: c, for: 5 minutes}]}]",
    ),
    "PrometheusRule with units the wrong way round": (
        "spec.groups.0.rules.0.for",
        "groups: [{name: a, rules: [{alert: b, expr: c, for: 5m1h}]}]",
    ),
    "PrometheusRule with a label of Kubernetes": (
        "spec.groups.0.rules.0.labels",
        "groups: [{name: a, rules: [{alert: b, expr: c, labels: {example.org/team: d}}]}]",
    ),
    "PrometheusRule with a label that is a number": (
        "spec.groups.0.rules.0.labels.tier",
        "groups: [{name: a, rules: [{alert: b, expr: c, labels: {tier: 1}}]}]",
    ),
    "PrometheusRule without groups": ("spec", "rules: [{alert: b, expr: c}]"),
    "ExternalSecret without data": ("spec", "secretStoreRef: {name: vault}"),
    "ExternalSecret without a store": ("spec", "data: [{secretKey: a, remoteRef: {key: a}}]"),
    "ExternalSecret with days": (
        "spec.refreshInterval",
        """
        refreshInterval: 1d
        secretStoreRef: {name: vault}
        data: [{secretKey: a, remoteRef: {key: a}}]
        """,
    ),
    "ExternalSecret with a key that is a path": (
        "spec.data.0.secretKey",
        "{secretStoreRef: {name: vault}, data: [{secretKey: a/b, remoteRef: {key: a}}]}",
    ),
    "ExternalSecret without the remote key": (
        "spec.data.0.remoteRef",
        "{secretStoreRef: {name: vault}, data: [{secretKey: a, remoteRef: {property: b}}]}",
    ),
    "ExternalSecret that deletes what it does not own": (
        "spec.target.creationPolicy",
        """
        secretStoreRef: {name: vault}
        target: {creationPolicy: Merge, deletionPolicy: Delete}
        dataFrom: [{extract: {key: a}}]
        """,
    ),
    "ExternalSecret that extracts and finds": (
        "spec.dataFrom.0.find",
        "{secretStoreRef: {name: vault}, dataFrom: [{extract: {key: a}, find: {path: b}}]}",
    ),
    "AppProject with a destination that is nowhere": (
        "spec.destinations.0",
        "destinations: [{namespace: models}]",
    ),
    "AppProject with a kind without group": (
        "spec.namespaceResourceWhitelist.0",
        "namespaceResourceWhitelist: [{kind: Deployment}]",
    ),
    "AppProject with a policy that is cut short": (
        "spec.roles.0.policies.0",
        "roles: [{name: a, policies: ['p, proj:a:b, applications, sync, allow']}]",
    ),
    "AppProject with a window without length": (
        "spec.syncWindows.0",
        "syncWindows: [{kind: deny, schedule: '0 22 * * *', applications: ['*']}]",
    ),
    "AppProject with too long a description": ("spec.description", f"description: {'a' * 256}"),
    "ApplicationSet with two generators in one": (
        "spec.generators.0.clusters",
        WHOLE + "generators: [{list: {elements: []}, clusters: {}}]",
    ),
    "ApplicationSet that asks for one thing with two generators": (
        "spec.generators.0.plugin",
        WHOLE + "generators: [{clusters: {}, plugin: {configMapRef: {name: a}}}]",
    ),
    "ApplicationSet that asks two hosts in one": (
        "spec.generators.0.pullRequest.gitlab",
        WHOLE + "generators: [{pullRequest: {github: {owner: a, repo: b}, gitlab: {project: c}}}]",
    ),
    "ApplicationSet that asks no host": (
        "spec.generators.0.scmProvider",
        WHOLE + "generators: [{scmProvider: {cloneProtocol: ssh}}]",
    ),
    "ApplicationSet with a token of no Secret": (
        "spec.generators.0.scmProvider.gitea.tokenRef",
        WHOLE + "generators: [{scmProvider: {gitea: {owner: a, api: b, tokenRef: {key: c}}}}]",
    ),
    "ApplicationSet that reads files and directories": (
        "spec.generators.0.git.files",
        WHOLE
        + "generators: [{git: {repoURL: a, revision: b, files: [path: c], directories: [path: d]}}]",
    ),
    "ApplicationSet with a null parameter": (
        "spec.generators.0.list.elements.0.a",
        WHOLE + "generators: [{list: {elements: [{a: null}]}}]",
    ),
    "ApplicationSet with a matrix of three": (
        "spec.generators.0.matrix.generators",
        WHOLE + "generators: [{matrix: {generators: [&one {clusters: {}}, *one, *one]}}]",
    ),
    "ApplicationSet with two destinations in one": (
        "spec.template.spec.destination.name",
        CLUSTERS + WHOLE.replace("name: c", "name: c, server: d"),
    ),
    "ApplicationSet without a source": (
        "spec",
        CLUSTERS + "template: {metadata: {name: a}, spec: {project: a, destination: {name: c}}}",
    ),
    "ApplicationSet with a patch that is never filled in": (
        "spec",
        CLUSTERS + WHOLE + "templatePatch: '{}'",
    ),
    "ApplicationSet with a sync option without value": (
        "spec.template.spec.syncPolicy.syncOptions.0",
        CLUSTERS
        + WHOLE.replace("name: c}", "name: c}, syncPolicy: {syncOptions: [CreateNamespace]}"),
    ),
}
"""Where each is refused, and the `spec`. The first word is the kind."""


@pytest.mark.parametrize("title", ACCEPTED)
def test_what_is_generated_or_written_by_hand_is_accepted(title: str) -> None:
    kind = title.split()[0]
    assert refusals(kind, manifest(kind, ACCEPTED[title])) == {}


@pytest.mark.parametrize("title", ACCEPTED)
def test_what_is_accepted_is_accepted_by_the_published_definition(title: str) -> None:
    kind = title.split()[0]
    published = jsonschema_rs.Draft202012Validator(definition_of(kind))
    errors = published.iter_errors(manifest(kind, ACCEPTED[title]))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("title", REFUSED)
def test_typical_mistakes_are_refused_where_they_are(title: str) -> None:
    kind = title.split()[0]
    where, spec = REFUSED[title]
    assert where in refusals(kind, manifest(kind, spec))


@pytest.mark.parametrize("kind", KINDS)
def test_samples_show_every_kind(kind: str) -> None:
    assert sum(title.split()[0] == kind for title in ACCEPTED) >= 2
    assert sum(title.split()[0] == kind for title in REFUSED) >= 3


@pytest.mark.parametrize("title", [title for title in ACCEPTED if title.endswith("generated")])
def test_no_value_may_be_null(title: str) -> None:
    kind = title.split()[0]
    for path, _ in list(every_mapping(manifest(kind, ACCEPTED[title]))):
        value = manifest(kind, ACCEPTED[title])
        for key in list(dict(every_mapping(value))[path]):
            broken = deepcopy(value)
            dict(every_mapping(broken))[path][key] = None
            assert refusals(kind, broken), f"{path}/{key}"


@pytest.mark.parametrize("title", [title for title in ACCEPTED if title.endswith("generated")])
def test_no_object_takes_an_unknown_key_except_maps(title: str) -> None:
    kind = title.split()[0]
    maps = ("labels", "annotations", "matchLabels")
    paths = [path for path, _ in every_mapping(manifest(kind, ACCEPTED[title]))]
    for path in paths:
        value = manifest(kind, ACCEPTED[title])
        dict(every_mapping(value))[path]["unknown"] = "x"
        assert bool(refusals(kind, value)) != path.endswith(maps), path


ENVELOPES: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "another version": ("apiVersion", lambda value: value.update(apiVersion="example.org/v1")),
    "another kind": ("kind", lambda value: value.update(kind="Other")),
    "no metadata": ("", lambda value: value.pop("metadata")),
    "no spec": ("", lambda value: value.pop("spec")),
    "a status": ("", lambda value: value.update(status={})),
    "no name": ("metadata", lambda value: value["metadata"].pop("name")),
    "a generated name": ("metadata", lambda value: value["metadata"].update(generateName="a-")),
    "an owner": ("metadata", lambda value: value["metadata"].update(ownerReferences=[])),
    "a name in capitals": ("metadata.name", lambda value: value["metadata"].update(name="A")),
    "a label that is a number": (
        "metadata.labels.a",
        lambda value: value["metadata"]["labels"].update(a=1),
    ),
    "a label with a space": (
        "metadata.labels.a",
        lambda value: value["metadata"]["labels"].update(a="b c"),
    ),
    "an annotation that is a number": (
        "metadata.annotations.a",
        lambda value: value["metadata"]["annotations"].update(a=1),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("title", ENVELOPES)
def test_every_kind_has_the_same_envelope(kind: str, title: str) -> None:
    where, change = ENVELOPES[title]
    value = manifest(kind, next(spec for name, spec in ACCEPTED.items() if name.startswith(kind)))
    value["metadata"]["finalizers"] = ["example.org/keep"]
    assert refusals(kind, value) == {}
    change(value)
    assert where in refusals(kind, value)


def rule(schema: Schema) -> Schema:
    return schema["$defs"]["rule"]["properties"]


def at(schema: Schema, path: str) -> Schema:
    for key in path.split("/"):
        schema = schema[key]
    return schema


MUTATIONS: dict[str, tuple[str, str, Callable[[Schema], Any]]] = {
    "an extra property": (
        "PrometheusRule",
        "$.spec.groups[].rules[].severity: the definition has no such property",
        lambda s: rule(s).update(severity={"type": "string"}),
    ),
    "a generated name": (
        "VirtualService",
        "$.metadata.generateName: the definition has no such property",
        lambda s: at(s, "$defs/metadata/properties").update(generateName={"type": "string"}),
    ),
    "a wider enum": (
        "PeerAuthentication",
        "$.spec.mtls.mode: takes 'OPEN', which the definition does not",
        lambda s: at(s, "$defs/mutualTls/properties/mode/enum").append("OPEN"),
    ),
    "an enum that is gone": (
        "DestinationRule",
        "$.spec.trafficPolicy.tls.mode: any value is taken, the definition has only",
        lambda s: at(s, "$defs/tls/properties/mode").pop("enum"),
    ),
    "a named value that breaks a pattern": (
        "PrometheusRule",
        "$.spec.groups[].partial_response_strategy: takes 'retry', which the definition does not",
        lambda s: at(s, "$defs/group/properties/partial_response_strategy/enum").append("retry"),
    ),
    "a dropped required": (
        "DestinationRule",
        "$.spec: does not require ['host']",
        lambda s: at(s, "properties/spec").pop("required"),
    ),
    "another type": (
        "VirtualService",
        "$.spec.http[].route[].weight: may be string, the definition has integer",
        lambda s: at(s, "$defs/weight").update(type="string"),
    ),
    "a number where a whole number is wanted": (
        "VirtualService",
        "$.spec.http[].route[].weight: may be number, the definition has integer",
        lambda s: at(s, "$defs/weight").update(type="number"),
    ),
    "null": (
        "ServiceMonitor",
        "$.spec.jobLabel: may be null, the definition has string",
        lambda s: at(s, "properties/spec/properties/jobLabel").update(type=["string", "null"]),
    ),
    "a third type where two are known": (
        "PrometheusRule",
        "$.spec.groups[].rules[].expr: may be boolean, the definition has integer or string",
        lambda s: at(rule(s), "expr/anyOf").append({"type": "boolean"}),
    ),
    "a lost pattern": (
        "ExternalSecret",
        "$.spec.data[].secretKey: lacks the definition's pattern ^[-._a-zA-Z0-9]+$",
        lambda s: at(s, "$defs/secretKey").pop("pattern"),
    ),
    "a higher maximum": (
        "DestinationRule",
        "$.spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[]: `maximum` is 999",
        lambda s: at(
            s, "$defs/outlierDetection/properties/outlierDetectionHttpErrorCodes/items"
        ).update(maximum=999),
    ),
    "a lost minimum": (
        "ServiceMonitor",
        "$.spec.sampleLimit: `minimum` is None, the definition has 0",
        lambda s: at(s, "properties/spec/properties/sampleLimit").pop("minimum"),
    ),
    "a number that is too wide": (
        "DestinationRule",
        "$.spec.trafficPolicy.connectionPool.tcp.maxConnections: `maximum` is 2147483648",
        lambda s: at(s, "$defs/count").update(maximum=2**31),
    ),
    "more items": (
        "AuthorizationPolicy",
        "$.spec.rules: `maxItems` is None, the definition has 512",
        lambda s: at(s, "properties/spec/properties/rules").pop("maxItems"),
    ),
    "a longer text": (
        "AppProject",
        "$.spec.description: `maxLength` is 256, the definition has 255",
        lambda s: at(s, "properties/spec/properties/description").update(maxLength=256),
    ),
    "an empty map": (
        "PeerAuthentication",
        "$.spec.portLevelMtls: `minProperties` is None, the definition has 1",
        lambda s: at(s, "properties/spec/properties/portLevelMtls").pop("minProperties"),
    ),
    "a set with repetitions": (
        "ServiceMonitor",
        "$.spec.scrapeProtocols: items may repeat",
        lambda s: at(s, "properties/spec/properties/scrapeProtocols").pop("uniqueItems"),
    ),
    "bytes in any notation": (
        "VirtualService",
        "$.spec.http[].directResponse.body.bytes: is not held to base64",
        lambda s: at(s, "$defs/directResponse/properties/body/properties/bytes").pop("pattern"),
    ),
    "two forms at once": (
        "VirtualService",
        "$.spec.http[].redirect: takes ['derivePort', 'port'] together",
        lambda s: at(s, "$defs/redirect").pop("dependentSchemas"),
    ),
    "two hashes at once": (
        "DestinationRule",
        "$.spec.trafficPolicy.loadBalancer.consistentHash: takes ['httpCookie', 'httpHeaderName']",
        lambda s: at(s, "$defs/consistentHash").pop("dependentSchemas"),
    ),
    "a rule that is not kept": (
        "VirtualService",
        "$.spec.http[].timeout: takes '0s', against `duration(self) >= duration('1ms')`",
        lambda s: at(s, "$defs/duration").update(pattern="^[0-9]+(h|m|s|ms)$"),
    ),
    "a rule that is kept too well": (
        "VirtualService",
        "$.spec.http[].timeout: refuses '1h30m', rule `duration(self) >= duration('1ms')`",
        lambda s: at(s, "$defs/duration").update(pattern="^[1-9][0-9]*(h|m|s|ms)$"),
    ),
    "an open object": (
        "AuthorizationPolicy",
        "$.spec.rules[].to[].operation{}: anything is taken",
        lambda s: at(s, "$defs/operation").pop("additionalProperties"),
    ),
    "a map for an object": (
        "AuthorizationPolicy",
        "$.spec.rules[].to[].operation{}: the definition has none",
        lambda s: at(s, "$defs/operation").update(additionalProperties={"type": "string"}),
    ),
    "a list of anything": (
        "AppProject",
        "$.spec.sourceRepos[]: anything is taken",
        lambda s: at(s, "properties/spec/properties/sourceRepos").pop("items"),
    ),
    "a map of another type": (
        "DestinationRule",
        "$.spec.subsets[].labels{}: may be integer, the definition has string",
        lambda s: at(s, "$defs/labelValue").update(type="integer"),
    ),
    "a keyword that could widen": (
        "ApplicationSet",
        "$.spec: `patternProperties` is not understood",
        lambda s: at(s, "properties/spec").update(patternProperties={"^x-": {}}),
    ),
    "a reference with company": (
        "ApplicationSet",
        "$.spec.template: a reference stands beside ['properties']",
        lambda s: at(s, "properties/spec/properties/template").update(properties={}),
    ),
}
"""The kind, the complaint that each must raise, and the fault that is put into its schema."""


@pytest.mark.parametrize("title", MUTATIONS)
def test_the_walker_finds_every_kind_of_fault(title: str) -> None:
    kind, complaint, doctor = MUTATIONS[title]
    schema = deepcopy(schema_of(kind))
    doctor(schema)
    found = list(faults(schema, definition_of(kind), schema))
    assert any(fault.startswith(complaint) for fault in found), found


def test_the_walker_complains_of_a_rule_that_nobody_explained() -> None:
    theirs = {"type": "string", "x-kubernetes-validations": [{"rule": "self != 'x'"}]}
    [fault] = faults({"type": "string"}, theirs, {})
    assert fault == "$: nobody says what the rule `self != 'x'` refuses"


def test_the_walker_goes_no_further_than_the_definition_does() -> None:
    anything = {"x-kubernetes-preserve-unknown-fields": True}
    assert list(faults({"type": ["string", "object"]}, anything, {})) == []
    [fault] = faults({"type": "string"}, anything | {"type": "object"}, {})
    assert fault == "$: may be string, the definition has object"


def test_the_walker_understands_whole_numbers_or_texts() -> None:
    theirs = {
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        "x-kubernetes-int-or-string": True,
    }
    assert list(faults({"anyOf": [{"type": "integer"}, {"type": "string"}]}, theirs, {})) == []
    assert list(faults({"type": "integer"}, theirs, {})) == []
    [fault] = faults({"type": "number"}, theirs, {})
    assert fault == "$: may be number, the definition has integer or string"
