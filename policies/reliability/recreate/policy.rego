# METADATA
# title: Rollouts replace pods by and by
# custom:
#   severity: warning
#   kinds: [Deployment]
#   rows: [R13]
#   aliases: [kube-score/deployment-strategy, kube-linter/no-rolling-update-strategy]
package reliability.recreate

import data.lib.pods

# A volume that one node may mount at a time is a reason, and so is a GPU, of which there may be no second.
deny contains {
	"msg": "a rollout stops every replica before it starts the first new one: nobody answers meanwhile",
	"route": ["spec", "strategy", "type"],
	"help": "write `type: RollingUpdate`",
} if {
	input.kind == "Deployment"
	input.spec.strategy.type == "Recreate"
	not _has_reason
}

# Nobody calls what has no port: workers of a queue, and operators of which there may be one.
_has_reason if {
	count([port | some container in pods.containers; some port in pods.sequence(container.value, "ports")]) == 0
}

_has_reason if {
	some pod in pods.all
	some volume in pod.spec.volumes
	volume.persistentVolumeClaim
}

_has_reason if {
	some container in pods.containers
	some name, _ in container.value.resources.limits
	contains(name, "/")
}
