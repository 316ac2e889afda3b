# METADATA
# title: Pods leave the kernel as it is
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [S18]
#   aliases:
#     - kube-linter/unsafe-sysctls
#     - kube-linter/unsafe-proc-mount
#     - gatekeeper/forbidden-sysctls
#     - gatekeeper/proc-mount
#     - kyverno/restrict-sysctls
package security.kernel_settings

import data.lib.pods

# What holds in the pod alone, by the baseline profile of the Pod Security Standards.
_safe := {
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}

deny contains {
	"msg": sprintf("the pod sets `%v`, which the node refuses unless it was told to allow it", [sysctl.name]),
	"route": pods.below(pod.route, ["securityContext", "sysctls", index, "name"]),
	"help": "remove it, or set it for the nodes of a pool of its own",
} if {
	some pod in pods.all
	some index, sysctl in pods.sequence(pods.mapping(pod.spec, "securityContext"), "sysctls")
	not sysctl.name in _safe
}

deny contains {
	"msg": sprintf("container `%v` sees all of `/proc`, where the kernel can be changed", [container.name]),
	"route": pods.below(container.route, ["securityContext", "procMount"]),
	"help": "remove `procMount: Unmasked`",
} if {
	some container in pods.containers
	container.value.securityContext.procMount == "Unmasked"
}
