# METADATA
# title: Containers drop all capabilities
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S04]
#   aliases:
#     - kube-linter/drop-net-raw-capability
#     - polaris/insecureCapabilities
#     - CKV_K8S_28
#     - CKV_K8S_37
#     - kyverno/require-drop-all
#     - gatekeeper/capabilities
package security.kept_capabilities

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` keeps capabilities: it does not drop `ALL`", [container.name]),
	"route": pods.below(container.route, ["securityContext", "capabilities", "drop"]),
	"help": "write `capabilities: {drop: [ALL]}` below its `securityContext`",
} if {
	some container in pods.containers
	pods.linux(container.pod)
	context := pods.mapping(container.value, "securityContext")
	context != {}
	object.get(context, "privileged", false) != true
	dropped := {upper(name) | some name in pods.sequence(pods.mapping(context, "capabilities"), "drop"); is_string(name)}
	not "ALL" in dropped
}
