# METADATA
# title: Mounts name a volume of their pod
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [R19]
package reliability.unknown_volume

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` mounts the volume `%v`, which its pod does not have: the server refuses it", [container.name, mount.name]),
	"route": pods.below(container.route, [key, index, "name"]),
	"help": sprintf("add `%v` to the pod's `volumes`, or name one of them: %s", [mount.name, concat(", ", sort(known))]),
} if {
	some container in pods.containers
	container.pod.kind in pods.plain
	some key in ["volumeMounts", "volumeDevices"]
	some index, mount in pods.sequence(container.value, key)
	known := _volumes(container.pod)
	is_string(mount.name)
	not mount.name in known
}

# A StatefulSet adds volumes for its claims.
_volumes(pod) := {name | some volume in pods.sequence(pod.spec, "volumes"); name := volume.name; is_string(name)} | {name | some claim in input.spec.volumeClaimTemplates; name := claim.metadata.name; is_string(name)}
