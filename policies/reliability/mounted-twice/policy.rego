# METADATA
# title: A path has one mount
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [R19]
#   fix: true
package reliability.mounted_twice

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` mounts two volumes at `%v`: the server refuses it", [container.name, mount.mountPath]),
	"route": pods.below(container.route, ["volumeMounts", index, "mountPath"]),
	"help": "mount one of them elsewhere, or one file of each by `subPath` at a path of its own",
	"fix": _fix(container, mounts, index),
} if {
	some container in pods.containers
	mounts := pods.sequence(container.value, "volumeMounts")
	some index, mount in mounts
	some before, other in mounts
	before < index
	other.mountPath == mount.mountPath
}

# The same mount once more is none.
_fix(container, mounts, index) := {"drop": [pods.below(container.route, ["volumeMounts", index])]} if {
	some before, other in mounts
	before < index
	other == mounts[index]
} else := {}
