# METADATA
# title: Containers add no dangerous capability
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S04]
#   aliases:
#     - polaris/dangerousCapabilities
#     - CKV_K8S_25
#     - kyverno/disallow-capabilities
#     - gatekeeper/capabilities
package security.dangerous_capabilities

import data.lib.pods

# What the baseline profile of the Pod Security Standards lets a container have.
_harmless := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

deny contains {
	"msg": sprintf("container `%v` adds the capability %v, which reaches beyond the container", [container.name, name]),
	"route": pods.below(container.route, ["securityContext", "capabilities", "add", index]),
	"help": sprintf("remove `%v`; profile and pin memory on nodes of your own, not where models serve", [name]),
} if {
	some container in pods.containers
	some index, name in pods.sequence(pods.mapping(pods.mapping(container.value, "securityContext"), "capabilities"), "add")
	is_string(name)
	not trim_prefix(upper(name), "CAP_") in _harmless
}
