# METADATA
# title: Volumes are mounted
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [R19]
package reliability.unused_volume

import data.lib.pods

deny contains {
	"msg": sprintf("no container mounts the volume `%v`", [volume.name]),
	"route": pods.below(pod.route, ["volumes", index, "name"]),
	"help": "mount it, or remove it",
} if {
	some pod in pods.all
	pod.kind in pods.plain
	some index, volume in pods.sequence(pod.spec, "volumes")
	is_string(volume.name)
	not volume.name in {mount.name |
		some container in pods.containers_of(pod)
		some key in ["volumeMounts", "volumeDevices"]
		some mount in pods.sequence(container.value, key)
	}
	not _is_injected(pod, volume.name)
}

# Sidecars that are added later mount what an annotation names.
_is_injected(pod, name) if {
	some value in pod.annotations
	contains(value, name)
}
