# METADATA
# title: Pods stay out of the node's namespaces
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S07]
#   aliases:
#     - kube-linter/host-network
#     - kube-linter/host-pid
#     - kube-linter/host-ipc
#     - polaris/hostNetworkSet
#     - polaris/hostPIDSet
#     - polaris/hostIPCSet
#     - CKV_K8S_17
#     - CKV_K8S_18
#     - CKV_K8S_19
#     - kyverno/disallow-host-namespaces
#     - gatekeeper/host-namespaces
package security.host_namespaces

import data.lib.pods

_shared := {
	"hostNetwork": "listens on the node's own addresses, and no NetworkPolicy holds for it",
	"hostPID": "sees and may end every process of the node",
	"hostIPC": "reads the shared memory of every process of the node",
}

deny contains {
	"msg": sprintf("the pod %s", [effect]),
	"route": pods.below(pod.route, [key]),
	"help": sprintf("remove `%s: true`", [key]),
} if {
	some pod in pods.all
	some key, effect in _shared
	pod.spec[key] == true
}
