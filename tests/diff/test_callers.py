"""Who may call what: wildcards, both kinds of policy together, and sets that cover each other."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.check.objects import Manifest, Objects
from modelyard.diff.callers import (
    ANYONE,
    ANYTHING,
    Call,
    Caller,
    beyond,
    denied,
    incoming,
    outgoing,
)
from tests.diff.trees import golden

POD = {"kind": "Deployment", "metadata": {"name": "m", "namespace": "here"}, "spec": {"template": {"metadata": {"labels": {"app": "m"}}, "spec": {"containers": [{"name": "c"}]}}}}  # fmt: skip
SPACE = "kubernetes.io/metadata.name"


def objects(*manifests: dict[str, Any]) -> Objects:
    return Objects([Manifest(value, "x.yaml") for value in (POD, *manifests)])


def network(*ingress: Any, selector: Any = None, **spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": "n", "namespace": "here"}, "spec": {"podSelector": selector or {}, "policyTypes": ["Ingress"], "ingress": list(ingress), **spec}}  # fmt: skip


def authorization(*rules: Any, **spec: Any) -> dict[str, Any]:
    return {"kind": "AuthorizationPolicy", "metadata": {"name": "a", "namespace": "here"}, "spec": {"rules": list(rules), **spec}}  # fmt: skip


def let_in(*manifests: dict[str, Any], mesh: bool = True) -> list[str]:
    found = objects(*manifests)
    calls = incoming(found.pods[0], found, Objects([]), mesh=mesh)
    return [f"{call.caller}: {call.what}" for call in beyond(calls, ())]


def space(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {SPACE: name}}}


def principal(space: str, account: str) -> dict[str, Any]:
    return {"from": [{"source": {"principals": [f"cluster.local/ns/{space}/sa/{account}"]}}]}


def operation(**what: list[str]) -> dict[str, Any]:
    return {"to": [{"operation": what}]}


PORT = [{"protocol": "TCP", "port": 8080}]


@pytest.mark.parametrize(
    ("manifests", "calls"),
    [
        ([], ["anyone: anything"]),
        ([network()], []),
        ([network({})], ["anyone: anything"]),
        ([network(selector={"matchLabels": {"app": "other"}})], ["anyone: anything"]),
        ([network({"from": [space("a")]})], ["any pod of namespace `a`: anything"]),
        ([network({"from": [{"podSelector": {}}], "ports": PORT})], ["any pod of namespace `here`: anything on port 8080"]),
        ([network({"from": [{"namespaceSelector": {}}]})], ["any pod of the cluster: anything"]),
        ([network({"from": [{"namespaceSelector": {"matchLabels": {"team": "x"}}}]})], ["any pod of namespace `{team=x}`: anything"]),
        ([network({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]})], ["the addresses `10.0.0.0/8 without 10.1.0.0/16`: anything"]),
        ([network({"ports": [{"port": 8000, "endPort": 8100}]})], ["anyone: anything on port 8000-8100"]),
        ([network({"ports": [{"protocol": "UDP", "port": 53}]})], ["anyone: anything on UDP port 53"]),
        ([authorization()], []),
        ([authorization({})], ["anyone: anything"]),
        ([authorization(principal("a", "b"))], ["`a/b`: anything"]),
        ([authorization({**principal("a", "b"), **operation(methods=["GET"], paths=["/x", "/y*"], ports=["80"])})], ["`a/b`: `GET /x` on port 80", "`a/b`: `GET /y*` on port 80"]),
        ([authorization({"from": [{"source": {"namespaces": ["a"]}}]})], ["any pod of namespace `a`: anything"]),
        ([authorization({"from": [{"source": {"principals": ["*"]}}]})], ["anyone: anything"]),
        ([authorization({"from": [{"source": {"requestPrincipals": ["i/*"]}}]})], ["anyone: anything where requestPrincipals `i/*`"]),
        ([authorization({"when": [{"key": "request.headers[x]", "values": ["1"]}]})], ["anyone: anything where `request.headers[x]` is `1`"]),
        ([authorization({}, selector={"matchLabels": {"app": "other"}})], ["anyone: anything"]),
        ([network({"from": [space("a")], "ports": PORT}), authorization(principal("a", "b"))], ["`a/b`: anything on port 8080"]),
        ([network({"from": [space("a")], "ports": PORT}), authorization(principal("c", "b"))], []),
        ([network({"from": [space("a")], "ports": PORT}), authorization({**principal("a", "b"), **operation(ports=["9090"])})], []),
        ([network({"ports": [{"port": 8000, "endPort": 8100}]}), authorization(operation(ports=["8080"]))], ["anyone: anything on port 8080"]),
        ([network({"ports": [{"port": 15090}]}), authorization()], ["anyone: anything on port 15090"]),
    ],
)  # fmt: skip
def test_what_policies_let_in(manifests: list[Any], calls: list[str]) -> None:
    assert let_in(*manifests) == calls


def test_outside_the_mesh_only_the_network_decides() -> None:
    assert let_in(authorization(), mesh=False) == ["anyone: anything"]


def test_what_a_rendered_model_lets_in_and_reaches() -> None:
    found = Objects([Manifest(value, file) for file, value in golden().items()])
    pod = next(pod for pod in found.pods if pod.manifest.name == "fraud-detection")
    calls = [f"{call.caller}: {call.what}" for call in incoming(pod, found, Objects([]), mesh=True)]
    assert calls == [
        "`production/api-service`: `POST /predict` on port 8080",
        "`monitoring/prometheus`: `GET /metrics` on port 8080",
        "pods `app.kubernetes.io/name=prometheus` of namespace `monitoring`: anything on port 15090",
    ]
    assert len(outgoing(pod, found, Objects([]))) == 5


def test_what_is_denied() -> None:
    found = objects(authorization(operation(paths=["/admin"]), action="DENY"))
    assert denied(found.pods[0], found, Objects([])) == [Call(ANYONE, path="/admin")]


WIDER: list[tuple[Call, Call]] = [
    (ANYTHING, Call(Caller("a"))),
    (Call(Caller("a")), Call(Caller("a", frozenset(("x=y",))))),
    (Call(Caller("a")), Call(Caller("a", account="b"))),
    (Call(Caller(addresses="10.0.0.0/8")), Call(Caller(addresses="10.1.0.0/16"))),
    (Call(ANYONE, "8000-8100"), Call(ANYONE, "8080")),
    (Call(ANYONE, "8000-8100"), Call(ANYONE, "8010-8020")),
    (Call(ANYONE, path="/v1/*"), Call(ANYONE, path="/v1/x")),
    (Call(ANYONE, path="/v1/*"), Call(ANYONE, path="/v1/a/*")),
    (Call(ANYONE), Call(ANYONE, method="GET")),
    (Call(ANYONE), Call(ANYONE, conditions=frozenset(("x",)))),
]


@pytest.mark.parametrize(("wide", "narrow"), WIDER)
def test_the_wider_covers_the_narrower_and_not_the_other_way_round(
    wide: Call, narrow: Call
) -> None:
    assert wide.covers(narrow)
    assert not narrow.covers(wide)
    assert wide.covers(wide)
    assert beyond([narrow], [wide]) == []
    assert beyond([wide, narrow], []) == [wide]
    assert beyond([wide], [narrow]) == [wide]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Caller("a"), Caller("b")),
        (Caller(addresses="10.0.0.0/8"), Caller(addresses="fd00::/8")),
        (Caller(addresses="10.0.0.0/8"), Caller("a")),
        (Caller(addresses="x"), Caller(addresses="y")),
        (Caller("{team=x}"), Caller("x")),
        (Caller(account="[ab]*"), Caller(account="ab")),
    ],
)
def test_what_has_nothing_to_do_with_each_other_covers_neither(one: Caller, other: Caller) -> None:
    assert not one.covers(other)
    assert not other.covers(one)


@pytest.mark.parametrize("junk", [None, 1, "x", [1], {"a": 1}, [[]]])
def test_values_of_wrong_types_are_no_error(junk: Any) -> None:
    for policy in (
        network(junk),
        network({"from": junk, "ports": junk}),
        network({"from": [junk], "ports": [junk]}),
        network(selector=junk),
        authorization(junk),
        authorization({"from": junk, "to": junk, "when": junk}),
        authorization({"from": [{"source": junk}], "to": [{"operation": junk}], "when": [junk]}),
        authorization({"from": [{"source": {"principals": junk}}]}, selector=junk),
    ):
        found = objects(policy)
        incoming(found.pods[0], found, found, mesh=True)
        outgoing(found.pods[0], found, found)
        denied(found.pods[0], found, found)
