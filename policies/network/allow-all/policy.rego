# METADATA
# title: Network policies allow something, not everything
# custom:
#   severity: error
#   kinds: [NetworkPolicy]
#   rows: [N11]
#   aliases: [kyverno/restrict-networkpolicy-empty-podselector]
package network.allow_all

deny contains {
	"msg": sprintf("the rule allows %s: all %s, on every port", [_word[side], _partner[side]]),
	"route": ["spec", side, index],
	"help": sprintf("name the pods and ports that are meant, or remove the rule; `%s: []` allows none", [side]),
} if {
	input.kind == "NetworkPolicy"
	some side in ["ingress", "egress"]
	some index, allowed in input.spec[side]
	is_object(allowed)
	_is_empty(allowed, _peers[side])
	_is_empty(allowed, "ports")
}

deny contains {
	"msg": sprintf("`%s` is the whole world, all pods of the cluster included", [cidr]),
	"route": ["spec", "ingress", index, "from", place, "ipBlock", "cidr"],
	"help": "name the gateway's pods, or the addresses that callers come from",
} if {
	input.kind == "NetworkPolicy"
	some index, allowed in input.spec.ingress
	some place, peer in allowed.from
	cidr := peer.ipBlock.cidr
	cidr in _everywhere
}

# Services of others are called on a port; what may call anybody on any port may send data anywhere.
deny contains {
	"msg": sprintf("`%s` is the whole world, on every port", [cidr]),
	"route": ["spec", "egress", index, "to", place, "ipBlock", "cidr"],
	"help": "name the addresses that are meant, and the ports",
} if {
	input.kind == "NetworkPolicy"
	some index, allowed in input.spec.egress
	_is_empty(allowed, "ports")
	some place, peer in allowed.to
	cidr := peer.ipBlock.cidr
	cidr in _everywhere
	object.get(peer.ipBlock, "except", []) == []
}

_everywhere := {"0.0.0.0/0", "::/0"}

_word := {"ingress": "everything in", "egress": "everything out"}

_partner := {"ingress": "callers", "egress": "targets"}

_peers := {"ingress": "from", "egress": "to"}

_is_empty(allowed, key) if object.get(allowed, key, null) in [null, []]
