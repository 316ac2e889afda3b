# METADATA
# title: Roles give no way to others' rights
# custom:
#   severity: error
#   kinds: [Role, ClusterRole]
#   rows: [S15]
#   aliases:
#     - kube-linter/access-to-secrets
#     - kube-linter/access-to-create-pods
#     - polaris/clusterrolePodExecAttach
#     - polaris/rolePodExecAttach
#     - kyverno/restrict-secret-role-verbs
package security.powerful_role

_powers := [
	{"resource": "secrets", "verbs": {"get", "list", "watch"}, "effect": "reads every Secret"},
	{"resource": "pods", "verbs": {"create"}, "effect": "creates pods, with any account and volume of the namespace"},
	{"resource": "pods/exec", "verbs": {"create", "get"}, "effect": "runs commands in others' pods"},
	{"resource": "pods/attach", "verbs": {"create", "get"}, "effect": "attaches to others' pods"},
	{"resource": "serviceaccounts/token", "verbs": {"create"}, "effect": "makes tokens of any account"},
]

deny contains {
	"msg": sprintf("the role %s", [power.effect]),
	"route": ["rules", index, "resources", position],
	"help": "remove it, or name what is meant under `resourceNames`",
} if {
	some index, allowed in _rules
	not allowed.resourceNames
	"" in allowed.apiGroups
	some position, resource in allowed.resources
	some power in _powers
	resource == power.resource
	some verb in allowed.verbs
	verb in power.verbs
}

deny contains {
	"msg": sprintf("the role may `%s`: it can take rights that it was not given", [verb]),
	"route": ["rules", index, "verbs", position],
	"help": "remove the verb",
} if {
	some index, allowed in _rules
	some position, verb in allowed.verbs
	verb in {"escalate", "bind", "impersonate"}
}

# Rules with wildcards are the business of `security/wildcard-role`.
_rules[index] := allowed if {
	input.kind in {"Role", "ClusterRole"}
	some index, allowed in input.rules
	is_object(allowed)
	count({field | some field in ["verbs", "resources", "apiGroups"]; "*" in allowed[field]}) == 0
}
