# METADATA
# title: Containers have a security context
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S03, S04, S05]
#   aliases:
#     - kube-linter/privilege-escalation-container
#     - kube-linter/no-read-only-root-fs
#     - CKV_K8S_30
package security.no_security_context

import data.lib.pods

# What is missing altogether is one mistake; the rules for its parts are then silent.
deny contains {
	"msg": sprintf("container `%v` has no security context: it keeps capabilities, may gain privileges, and may write to its own image", [container.name]),
	"route": pods.below(container.route, ["securityContext"]),
	"help": "write `securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}`",
} if {
	some container in pods.containers
	container.role != "model"
	pods.linux(container.pod)
	pods.mapping(container.value, "securityContext") == {}
}
