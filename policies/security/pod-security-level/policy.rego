# METADATA
# title: Namespaces enforce a level of pod security
# custom:
#   severity: warning
#   kinds: [Namespace]
#   rows: [S17]
#   aliases: [kyverno/add-psa-labels, kyverno/deny-privileged-profile]
package security.pod_security_level

_label := "pod-security.kubernetes.io/enforce"

# They belong to the cluster, whose own pods need what is refused elsewhere.
_own := {"kube-system", "kube-public", "kube-node-lease", "default"}

deny contains {
	"msg": "the namespace enforces no level of pod security: any pod may run in it",
	"route": ["metadata", "labels"],
	"help": sprintf("write the label `%s: restricted`", [_label]),
} if {
	_is_asked
	object.get(input, ["metadata", "labels", _label], "") == ""
}

deny contains {
	"msg": "the namespace lets privileged pods run",
	"route": ["metadata", "labels", _label],
	"help": "write `restricted`, or `baseline` where that cannot be",
} if {
	_is_asked
	input.metadata.labels[_label] == "privileged"
}

_is_asked if {
	input.kind == "Namespace"
	not input.metadata.name in _own
}
