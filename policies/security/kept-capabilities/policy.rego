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
#   fix: true
package security.kept_capabilities

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` keeps capabilities: it does not drop `ALL`", [container.name]),
	"route": pods.below(container.route, ["securityContext", "capabilities", "drop"]),
	"help": "write `capabilities: {drop: [ALL]}` below its `securityContext`",
	"fix": _fix(container, pods.below(container.route, ["securityContext", "capabilities", "drop"])),
} if {
	some container in pods.containers
	pods.linux(container.pod)
	context := pods.mapping(container.value, "securityContext")
	context != {}
	object.get(context, "privileged", false) != true
	dropped := {upper(name) | some name in pods.sequence(pods.mapping(context, "capabilities"), "drop"); is_string(name)}
	not "ALL" in dropped
}

# A program that is not root, and can gain nothing, has no use of what it keeps; what it adds, it keeps.
_fix(container, route) := {"put": [[array.concat(route, [count(dropped)]), "ALL"]]} if {
	_without_use(container)
	dropped := object.get(container.value.securityContext, ["capabilities", "drop"], [])
	is_array(dropped)
} else := {}

_without_use(container) if {
	container.value.securityContext.allowPrivilegeEscalation == false
	pods.security(container, "runAsNonRoot") == true
}

_without_use(container) if {
	container.value.securityContext.allowPrivilegeEscalation == false
	pods.security(container, "runAsUser") > 0
}
