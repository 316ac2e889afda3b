# METADATA
# title: Containers say what they need
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [G01]
#   aliases:
#     - kube-linter/unset-cpu-requirements
#     - kube-linter/unset-memory-requirements
#     - kube-score/container-resources
#     - polaris/cpuRequestsMissing
#     - polaris/memoryRequestsMissing
#     - polaris/memoryLimitsMissing
#     - CKV_K8S_10
#     - CKV_K8S_11
#     - CKV_K8S_12
#     - CKV_K8S_13
#     - kyverno/require-pod-requests-limits
#     - gatekeeper/containerlimits
#     - gatekeeper/containerrequests
package resources.not_set

import data.lib.environment
import data.lib.pods

# A request that is missing is as great as the limit. A limit on CPU is a matter of taste, unless the
# namespace's quota counts it.
deny contains {
	"msg": sprintf("container `%v` does not say its %s", [container.name, concat(", ", missing)]),
	"route": pods.below(container.route, ["resources"]),
	"help": sprintf("write under `resources` %s", [concat(", ", [sprintf("`%s`", [name]) | some name in missing])]),
} if {
	some container in pods.containers
	not container.role in {"model", "ephemeralContainers"}
	pods.mapping(container.pod.spec, "resources") == {}
	resources := pods.mapping(container.value, "resources")
	requests := object.keys(pods.mapping(resources, "requests"))
	limits := object.keys(pods.mapping(resources, "limits"))
	missing := [name |
		some [field, resource] in _wanted
		name := sprintf("%s.%s", [field, resource])
		not resource in {"requests": (requests | limits), "limits": limits}[field]
	]
	count(missing) > 0
}

_always := [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]

_wanted := array.concat(_always, [["limits", "cpu"]]) if {
	environment.known.quota["limits.cpu"]
} else := _always
