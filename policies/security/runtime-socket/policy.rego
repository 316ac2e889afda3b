# METADATA
# title: Pods do not reach the container runtime
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S10]
#   aliases: [kube-linter/docker-sock, CKV_K8S_27, kyverno/disallow-cri-sock-mount]
package security.runtime_socket

import data.lib.pods

deny contains {
	"msg": sprintf("volume `%v` is the socket of the container runtime: whoever holds it owns the node", [object.get(volume, "name", index)]),
	"route": pods.below(pod.route, ["volumes", index, "hostPath", "path"]),
	"help": "remove the volume; build images with a builder that needs no daemon",
} if {
	some pod in pods.all
	some index, volume in pods.sequence(pod.spec, "volumes")
	pods.is_socket(volume.hostPath.path)
}
