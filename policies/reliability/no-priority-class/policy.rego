# METADATA
# title: Pods have a priority class
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [R25]
#   aliases:
#     - kube-linter/priority-class-name
#     - polaris/priorityClassNotSet
#     - kyverno/require-pod-priorityclassname
#   needs: [environment]
package reliability.no_priority_class

import data.lib.environment
import data.lib.pods

deny contains {
	"msg": "the pods have no priority class: when nodes are full they make room for all that have one",
	"route": pods.below(pod.route, ["priorityClassName"]),
	"help": sprintf("write one of the environment's: %s", [concat(", ", [sprintf("`%s`", [name]) | some name in environment.known.priorityClasses])]),
} if {
	count(environment.known.priorityClasses) > 0
	object.get(input.metadata, "namespace", environment.known.namespace) == environment.known.namespace
	some pod in pods.all
	pod.kind in pods.plain
	not pod.kind in {"DaemonSet", "Pod"}
	object.get(pod.spec, "priorityClassName", "") in ["", null]
	not pod.spec.priority
}
