# METADATA
# title: A rollout can take a step
# custom:
#   severity: error
#   kinds: [Deployment, DaemonSet, Rollout]
#   rows: [R14]
package reliability.stuck_rollout

deny contains {
	"msg": "no pod may be missing and none may be added: the server refuses the object, as no rollout could begin",
	"route": ["spec", _place, "rollingUpdate", "maxUnavailable"],
	"help": "write `maxSurge: 1`, or `maxUnavailable: 1` where no node has room for one more",
} if {
	input.kind in {"Deployment", "DaemonSet"}
	update := input.spec[_place].rollingUpdate
	_is_none(update.maxUnavailable)
	_is_none(object.get(update, "maxSurge", _surge[input.kind]))
}

deny contains {
	"msg": "no pod may be missing and none may be added: no rollout can begin",
	"route": ["spec", "strategy", "canary", "maxUnavailable"],
	"help": "write `maxSurge: 1`, or `maxUnavailable: 1` where no node has room for one more",
} if {
	input.kind == "Rollout"
	update := input.spec.strategy.canary
	_is_none(update.maxUnavailable)
	_is_none(update.maxSurge)
}

_place := {"Deployment": "strategy", "DaemonSet": "updateStrategy"}[input.kind]

_surge := {"Deployment": "25%", "DaemonSet": 0}

_is_none(value) if value in {0, "0", "0%"}
