# METADATA
# title: Volumes on the node have a size
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [G17]
#   aliases: [kyverno/require-emptydir-requests-limits]
package resources.unbounded_empty_dir

import data.lib.pods

deny contains {
	"msg": sprintf("volume `%v` may grow until its node is full, and then other pods are evicted", [object.get(volume, "name", index)]),
	"route": pods.below(pod.route, ["volumes", index, "emptyDir"]),
	"help": "write `emptyDir: {sizeLimit: 1Gi}`, with the size that it needs",
} if {
	some pod in pods.all
	some index, volume in pods.sequence(pod.spec, "volumes")
	is_object(volume.emptyDir)
	object.get(volume.emptyDir, "sizeLimit", "") == ""
}
