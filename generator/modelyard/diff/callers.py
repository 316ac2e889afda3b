"""Who may call what: the callers and calls that policies let through, as sets that can be compared.

A call goes through where both a NetworkPolicy (peer and port) and, in the mesh, the AuthorizationPolicies
(identity, method, path and port) let it. Wildcards stay wildcards: a set is never spelt out, but asked
whether it covers another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from modelyard.check.links import NAME, NOT_PROXIED, isolates, together
from modelyard.check.objects import mapping, matches, selects, sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects, Pod

ANY = "*"


@dataclass(frozen=True, slots=True)
class Caller:
    """Those who call: pods by namespace, labels and identity, or addresses."""

    namespace: str = ANY
    """A name, `*`, or a selector in braces."""
    labels: frozenset[str] = frozenset()
    """What their labels must be, as `app=x`; nothing for all pods."""
    account: str = ANY
    """The ServiceAccount, or a pattern for identities."""
    addresses: str = ""
    """A range of addresses instead of pods; `*` for pods and addresses alike."""

    def covers(self, other: Caller) -> bool:
        """Whether everyone of the others is among these."""
        return (
            _is_within(other.namespace, self.namespace)
            and self.labels <= other.labels
            and _is_within(other.account, self.account)
            and _in_range(other.addresses, self.addresses)
        )

    def __str__(self) -> str:
        if self.account != ANY:
            where = "" if self.namespace == ANY or "/" in self.account else f"{self.namespace}/"
            return f"`{where}{self.account}`"
        if self.addresses not in ("", ANY):
            return f"the addresses `{self.addresses}`"
        if self.labels:
            pods = f"pods `{','.join(sorted(self.labels))}`"
            return pods if self.namespace == ANY else f"{pods} of namespace `{self.namespace}`"
        if self.namespace != ANY:
            return f"any pod of namespace `{self.namespace}`"
        return "anyone" if self.addresses == ANY else "any pod of the cluster"


@dataclass(frozen=True, slots=True)
class Call:
    """A caller, and what it may call."""

    caller: Caller
    port: str = ANY
    """A number or name, `*`, or a range `8000-8010`."""
    protocol: str = ANY
    method: str = ANY
    path: str = ANY
    conditions: frozenset[str] = frozenset()
    """What else must hold; fewer conditions let more through."""

    def covers(self, other: Call) -> bool:
        """Whether everything that the other lets through goes through here, too."""
        return (
            self.caller.covers(other.caller)
            and _port_within(other.port, self.port)
            and self.protocol in (ANY, other.protocol)
            and self.method in (ANY, other.method)
            and _is_within(other.path, self.path)
            and self.conditions <= other.conditions
        )

    @property
    def what(self) -> str:
        """What is called, in words."""
        words = " ".join(part for part in (self.method, self.path) if part != ANY)
        protocol = f"{self.protocol} " if self.protocol not in (ANY, "TCP") else ""
        port = f" on {protocol}port {self.port}" if self.port != ANY else ""
        where = f" where {', '.join(sorted(self.conditions))}" if self.conditions else ""
        return f"{f'`{words}`' if words else 'anything'}{port}{where}"


ANYONE = Caller(addresses=ANY)
ANYTHING = Call(ANYONE)


def beyond(calls: Iterable[Call], others: Iterable[Call]) -> list[Call]:
    """Calls that go through here and not there."""
    known = list(others)
    found = [call for call in dict.fromkeys(calls) if not any(o.covers(call) for o in known)]
    return [call for call in found if not any(o != call and o.covers(call) for o in found)]


def incoming(pod: Pod, objects: Objects, around: Objects, *, mesh: bool) -> list[Call]:
    """What may call a pod: policies of its directory, and those around it for the whole namespace."""
    network = _network(pod, (objects, around), "Ingress")
    if not mesh:
        return network
    allowed = _authorized(pod, (objects, around))
    found: list[Call] = []
    for call in network:
        if call.port.isdecimal() and int(call.port) in NOT_PROXIED:
            found.append(call)
        else:
            found += (both for other in allowed if (both := _both(call, other)) is not None)
    return found


def outgoing(pod: Pod, objects: Objects, around: Objects) -> list[Call]:
    """What a pod may call; the caller stands for the one that is called."""
    return _network(pod, (objects, around), "Egress")


def denied(pod: Pod, objects: Objects, around: Objects) -> list[Call]:
    """What AuthorizationPolicies deny a pod's callers, whatever else lets them through."""
    return [
        call
        for policy in _on(pod, (objects, around))
        if policy.spec.get("action") == "DENY"
        for call in _operations(policy)
    ]


def _network(pod: Pod, places: Iterable[Objects], direction: str) -> list[Call]:
    """What NetworkPolicies let through; anything where none closes the direction."""
    policies = [
        policy
        for objects in places
        for policy in objects.of("NetworkPolicy")
        if together(policy.namespace, pod.manifest.namespace)
        and isolates(policy, direction)
        and selects(policy.spec.get("podSelector"), pod.labels)
    ]
    if not policies:
        return [ANYTHING]
    key = "from" if direction == "Ingress" else "to"
    return [
        Call(caller, port, protocol)
        for policy in policies
        for rule in sequence(policy.spec.get(direction.lower()))
        for caller in _peers(mapping(rule), key, policy.namespace)
        for port, protocol in _ports(mapping(rule))
    ]


def _peers(rule: dict[str, Any], key: str, own: str) -> Iterator[Caller]:
    peers = sequence(rule.get(key))
    if not peers:
        yield ANYONE
    for peer in map(mapping, peers):
        block = mapping(peer.get("ipBlock"))
        if block:
            without = "".join(f" without {each}" for each in sequence(block.get("except")))
            yield Caller(addresses=f"{block.get('cidr')}{without}")
            continue
        labels = frozenset(_requirements(peer.get("podSelector")))
        if "namespaceSelector" not in peer:
            yield Caller(own, labels)
            continue
        spaces = list(_requirements(peer["namespaceSelector"]))
        named = f"{NAME}="
        name = (
            spaces[0].removeprefix(named)
            if len(spaces) == 1 and spaces[0].startswith(named)
            else ""
        )
        yield Caller(name or (f"{{{','.join(sorted(spaces))}}}" if spaces else ANY), labels)


def _requirements(selector: Any) -> Iterator[str]:
    """What a label selector asks for, one by one."""
    found = mapping(selector)
    for name, value in mapping(found.get("matchLabels")).items():
        yield f"{name}={value}"
    for item in map(mapping, sequence(found.get("matchExpressions"))):
        values = "|".join(sorted(map(str, sequence(item.get("values")))))
        if item.get("operator") == "In" and "|" not in values:
            yield f"{item.get('key')}={values}"
        else:
            yield f"{item.get('key')} {item.get('operator')} {values}".rstrip()


def _ports(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    ports = sequence(rule.get("ports"))
    if not ports:
        yield ANY, ANY
    for item in map(mapping, ports):
        port, end = item.get("port"), item.get("endPort")
        text = ANY if port is None else f"{port}-{end}" if end not in (None, port) else str(port)
        yield text, str(item.get("protocol", "TCP"))


def _on(pod: Pod, places: Iterable[Objects]) -> Iterator[Manifest]:
    """The AuthorizationPolicies that guard a pod."""
    for objects in places:
        for policy in objects.of("AuthorizationPolicy"):
            labels = mapping(mapping(policy.spec.get("selector")).get("matchLabels"))
            if together(policy.namespace, pod.manifest.namespace) and matches(labels, pod.labels):
                yield policy


def _authorized(pod: Pod, places: Iterable[Objects]) -> list[Call]:
    """What is allowed; anything where no policy allows something in particular."""
    policies = [p for p in _on(pod, places) if p.spec.get("action", "ALLOW") == "ALLOW"]
    if not policies:
        return [ANYTHING]
    return [call for policy in policies for call in _operations(policy)]


def _operations(policy: Manifest) -> Iterator[Call]:
    for rule in map(mapping, sequence(policy.spec.get("rules"))):
        when = frozenset(_conditions(rule.get("when")))
        sources = [mapping(mapping(each).get("source")) for each in sequence(rule.get("from"))]
        targets = [mapping(mapping(each).get("operation")) for each in sequence(rule.get("to"))]
        for source in sources or [{}]:
            for caller, limits in _callers(source):
                for operation in targets or [{}]:
                    yield from _calls(caller, operation, when | limits)


def _conditions(when: Any) -> Iterator[str]:
    for item in map(mapping, sequence(when)):
        for key in ("values", "notValues"):
            if item.get(key):
                values = "|".join(map(str, sequence(item[key])))
                yield f"`{item.get('key')}` {'is not' if key == 'notValues' else 'is'} `{values}`"


def _callers(source: dict[str, Any]) -> Iterator[tuple[Caller, frozenset[str]]]:
    """The callers of a source, and what else limits them."""
    limits = frozenset(
        f"{key} `{'|'.join(map(str, sequence(values)))}`"
        for key, values in source.items()
        if key not in ("principals", "namespaces", "ipBlocks", "serviceAccounts")
    )
    found: list[Caller] = [_principal(str(name)) for name in sequence(source.get("principals"))]
    for name in map(str, sequence(source.get("serviceAccounts"))):
        space, _, account = name.rpartition("/")
        found.append(Caller(space or ANY, account=account, addresses=ANY))
    spaces = [Caller(str(name), addresses=ANY) for name in sequence(source.get("namespaces"))]
    if found and spaces:
        found = [
            one for each in found for other in spaces if (one := _meet(each, other)) is not None
        ]
    found = found or spaces or [ANYONE]
    blocks = sequence(source.get("ipBlocks"))
    for caller in found:
        for block in blocks or [ANY]:
            yield replace(caller, addresses=str(block)), limits


def _principal(name: str) -> Caller:
    """An identity: `trust.domain/ns/NAMESPACE/sa/ACCOUNT`, or a pattern."""
    parts = name.split("/")
    if len(parts) == 5 and parts[1] == "ns" and parts[3] == "sa":
        return Caller(parts[2], account=parts[4], addresses=ANY)
    return Caller(account=name, addresses=ANY)


def _calls(caller: Caller, operation: dict[str, Any], conditions: frozenset[str]) -> Iterator[Call]:
    more = conditions | {
        f"{key} `{'|'.join(map(str, sequence(values)))}`"
        for key, values in operation.items()
        if key not in ("ports", "methods", "paths")
    }
    for port in sequence(operation.get("ports")) or [ANY]:
        for method in sequence(operation.get("methods")) or [ANY]:
            for path in sequence(operation.get("paths")) or [ANY]:
                yield Call(caller, str(port), ANY, str(method), str(path), more)


def _both(network: Call, other: Call) -> Call | None:
    """What both policies let through, if anything."""
    caller = _meet(network.caller, other.caller)
    if caller is None:
        return None
    if _port_within(other.port, network.port):
        port = other.port
    elif _port_within(network.port, other.port):
        port = network.port
    else:
        return None
    return replace(other, caller=caller, port=port, protocol=network.protocol)


def _meet(one: Caller, other: Caller) -> Caller | None:
    """Those who are among both, as far as names tell."""
    spaces = [space for space in (one.namespace, other.namespace) if space != ANY]
    exact = {space for space in spaces if "{" not in space and "*" not in space}
    if len(exact) > 1:
        return None
    blocks = [each.addresses for each in (one, other) if each.addresses != ANY]
    account = other.account if one.account == ANY else one.account
    namespace = next(iter(exact), spaces[0] if spaces else ANY)
    return Caller(namespace, one.labels | other.labels, account, blocks[0] if blocks else ANY)


def _is_within(text: str, pattern: str) -> bool:
    """Whether all that a text stands for, itself perhaps a pattern, fits a pattern."""
    if pattern in (ANY, text):
        return True
    return "*" in pattern and "{" not in pattern and fnmatchcase(text, pattern.replace("[", "[[]"))


def _in_range(text: str, whole: str) -> bool:
    if whole in (ANY, text):
        return True
    if text in ("", ANY) or not whole or "without" in whole:
        return False
    try:
        inner, outer = (
            ip_network(text.partition(" ")[0], strict=False),
            ip_network(whole, strict=False),
        )
    except ValueError:
        return False
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _port_within(text: str, whole: str) -> bool:
    if whole in (ANY, text):
        return True
    low, _, high = whole.partition("-")
    first, _, last = text.partition("-")
    numbers = (low, high or low, first, last or first)
    if not all(number.isdecimal() for number in numbers):
        return False
    least, most, begin, end = map(int, numbers)
    return least <= begin and end <= most
