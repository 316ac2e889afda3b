# METADATA
# title: Authorization policies say whom they allow
# custom:
#   severity: error
#   kinds: [AuthorizationPolicy]
#   rows: [Z02]
package mesh.empty_rules

deny contains {
	"msg": "the empty rule matches every request: everybody may call",
	"route": ["spec", "rules", index],
	"help": "write `from` and `to`; to allow nobody leave `rules` away",
} if {
	_action == "ALLOW"
	some index, matched in _rules
	is_object(matched)
	count({key | some key in ["from", "to", "when"]; _is_filled(matched, key)}) == 0
}

deny contains {
	"msg": "the policy is named as if it allowed something, but a policy without rules allows nothing: nobody may call",
	"route": ["spec", "rules"],
	"help": "write the rules that are meant, or a name such as `deny-all`",
} if {
	_action == "ALLOW"
	_rules == []
	regex.match(`(?i)(^|[-_.])(allow|open|permit|public)`, input.metadata.name)
	not regex.match(`(?i)(nothing|none|nobody|no[-_.]?one|deny)`, input.metadata.name)
}

deny contains {
	"msg": sprintf("a policy of the action %s that has no rules matches no request, and does nothing", [_action]),
	"route": ["spec", "rules"],
	"help": "write the rules that are meant; to refuse everything write `spec: {}`, which allows nobody",
} if {
	_action in {"DENY", "AUDIT", "CUSTOM"}
	_rules == []
}

_action := object.get(spec, "action", "ALLOW") if {
	input.kind == "AuthorizationPolicy"
	startswith(input.apiVersion, "security.istio.io/")
	spec := object.get(input, "spec", {})
	is_object(spec)
}

_rules := rules if {
	rules := input.spec.rules
	is_array(rules)
} else := []

_is_filled(matched, key) if not object.get(matched, key, null) in [null, []]
