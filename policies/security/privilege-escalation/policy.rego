# METADATA
# title: Containers cannot gain privileges
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S03]
#   aliases:
#     - kube-linter/privilege-escalation-container
#     - polaris/privilegeEscalationAllowed
#     - CKV_K8S_20
#     - kyverno/disallow-privilege-escalation
#     - gatekeeper/allow-privilege-escalation
#   fix: true
package security.privilege_escalation

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` may gain privileges that it did not start with", [container.name]),
	"route": route,
	"help": "write `allowPrivilegeEscalation: false` below its `securityContext`",
	"fix": _fix(context, route),
} if {
	some container in pods.containers
	pods.linux(container.pod)
	context := pods.mapping(container.value, "securityContext")
	context != {}
	object.get(context, "privileged", false) != true
	object.get(context, "allowPrivilegeEscalation", true) == true
	route := pods.below(container.route, ["securityContext", "allowPrivilegeEscalation"])
}

# The server refuses it beside `SYS_ADMIN`.
_fix(context, route) := {} if {
	some name in pods.sequence(pods.mapping(context, "capabilities"), "add")
	upper(name) in {"SYS_ADMIN", "CAP_SYS_ADMIN", "ALL"}
} else := {"put": [[route, false]]}
