"""Istio: tokens that callers show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.authorizations import (
    ROOT,
    action_of,
    is_for,
    rules_in,
    selector_of,
    sources_of,
)
from modelyard.check.links import pods_in, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context

_TOKENS = ("requestPrincipals", "notRequestPrincipals")


@rule("mesh/token-not-required", "error", scope="release", rows=("Z09",))
def token_not_required(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Tokens are checked, and requests without one are let through.

    A RequestAuthentication refuses bad tokens only; that there is one, an AuthorizationPolicy has
    to demand (istio.io, Request Authentication).
    """
    policies = objects.of("AuthorizationPolicy")
    for found in objects.of("RequestAuthentication"):
        if not sequence(found.spec.get("jwtRules")):
            continue
        near = [
            policy
            for policy in policies
            if together(policy.namespace, found.namespace) or policy.namespace == ROOT
        ]
        if not any(_meets(policy, found) and _demands(policy) for policy in near):
            yield Hit(
                ("spec", "jwtRules"),
                "no AuthorizationPolicy demands a token: a request without one is let through",
                'add an AuthorizationPolicy with `requestPrincipals: ["<issuer>/*"]` for the same pods',
                found,
                of_key=True,
            )


def _meets(policy: Manifest, found: Manifest) -> bool:
    """Whether a policy may be for the pods of a RequestAuthentication."""
    ours, theirs = selector_of(policy), selector_of(found)
    if "targetRefs" in policy.spec or "targetRef" in policy.spec:
        return True
    return all(theirs.get(name, value) == value for name, value in ours.items())


def _demands(policy: Manifest) -> bool:
    """Whether a policy asks for a token, in any of the ways to do so."""
    for _, item in rules_in(policy):
        if any(source.get(key) for source in sources_of(item) for key in _TOKENS):
            return True
        for when in sequence(item.get("when")):
            if str(mapping(when).get("key")).startswith("request.auth."):
                return True
    return action_of(policy) == "CUSTOM"


@rule("mesh/token-never-checked", "error", scope="release", rows=("Z09",))
def token_never_checked(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A policy demands a token that nothing checks for these pods: all requests are refused.

    Asked where tokens are checked for other pods of the namespace; elsewhere it may be done for
    the whole mesh.
    """
    for policy in objects.of("AuthorizationPolicy"):
        near = [
            found
            for found in objects.of("RequestAuthentication")
            if together(policy.namespace, found.namespace) or found.namespace == ROOT
        ]
        pods = [pod for pod in pods_in(objects, policy.namespace) if is_for(policy, pod)]
        if not near or not pods or any(is_for(found, pod) for found in near for pod in pods):
            continue
        for number, item in rules_in(policy):
            for place, source in enumerate(sources_of(item)):
                if source.get("requestPrincipals"):
                    yield Hit(
                        ("spec", "rules", number, "from", place, "source", "requestPrincipals"),
                        "no RequestAuthentication is for these pods: no request has a principal",
                        f"let the selector of RequestAuthentication {shown(near[0].name)} select them",
                        policy,
                    )
