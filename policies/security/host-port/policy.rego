# METADATA
# title: Containers take no port of the node
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [S08]
#   aliases:
#     - polaris/hostPortSet
#     - CKV_K8S_26
#     - kyverno/disallow-host-ports
#     - gatekeeper/host-network-ports
package security.host_port

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` takes port %v of its node: no two such pods fit on a node, and the port is open to whoever reaches the node", [container.name, port.hostPort]),
	"route": pods.below(container.route, ["ports", index, "hostPort"]),
	"help": "remove `hostPort`, and let a Service lead to the pods",
} if {
	some container in pods.containers
	object.get(container.pod.spec, "hostNetwork", false) != true
	some index, port in pods.sequence(container.value, "ports")
	is_number(port.hostPort)
	port.hostPort > 0
}
