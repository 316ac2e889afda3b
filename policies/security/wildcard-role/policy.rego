# METADATA
# title: Roles name what they allow
# custom:
#   severity: error
#   kinds: [Role, ClusterRole]
#   rows: [S13]
#   aliases:
#     - kube-linter/wildcard-in-rules
#     - CKV_K8S_49
#     - kyverno/restrict-wildcard-verbs
#     - kyverno/restrict-wildcard-resources
package security.wildcard_role

_fields := ["verbs", "resources", "apiGroups", "nonResourceURLs"]

# A rule with several wildcards is one mistake, which shows at the first of them.
deny contains {
	"msg": sprintf("the role allows every one of %s", [concat(", ", [sprintf("`%s`", [field]) | some field in wild])]),
	"route": ["rules", index, wild[0], position],
	"help": "write what is needed, name by name",
} if {
	input.kind in {"Role", "ClusterRole"}
	some index, allowed in input.rules
	wild := [field | some field in _fields; is_array(allowed[field]); "*" in allowed[field]]
	some position, value in allowed[wild[0]]
	value == "*"
}
