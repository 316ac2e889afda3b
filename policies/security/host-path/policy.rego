# METADATA
# title: Pods mount nothing of the node
# custom:
#   severity: error
#   kinds: [pods, PersistentVolume]
#   rows: [S09]
#   aliases:
#     - kube-linter/sensitive-host-mounts
#     - kube-linter/writable-host-mount
#     - polaris/hostPathSet
#     - kyverno/disallow-host-path
#     - gatekeeper/host-filesystem
package security.host_path

import data.lib.pods

deny contains {
	"msg": sprintf("volume `%v` is the node's own directory `%v`", [object.get(volume, "name", index), path]),
	"route": pods.below(pod.route, ["volumes", index, "hostPath", "path"]),
	"help": "use a PersistentVolumeClaim for what must last, and an `emptyDir` for what need not",
} if {
	some pod in pods.all
	some index, volume in pods.sequence(pod.spec, "volumes")
	is_object(volume.hostPath)
	path := object.get(volume.hostPath, "path", "")
	not pods.is_socket(path)
}

deny contains {
	"msg": sprintf("the volume is the node's own directory `%v`", [path]),
	"route": ["spec", "hostPath", "path"],
	"help": "use a storage class of the cluster, or `local` volumes with `nodeAffinity`",
} if {
	input.kind == "PersistentVolume"
	path := input.spec.hostPath.path
}
