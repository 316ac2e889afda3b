# METADATA
# title: Containers do not run as root
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S02]
#   aliases:
#     - kube-linter/run-as-non-root
#     - kube-score/container-security-context-user-group-id
#     - polaris/runAsRootAllowed
#     - CKV_K8S_23
#     - CKV_K8S_40
#     - kyverno/require-run-as-nonroot
#     - gatekeeper/users
package security.root_user

import data.lib.pods

# One word of the pod is enough for all of its containers, so that it is missing but once.
deny contains {
	"msg": "containers may run as root: the pod does not say `runAsNonRoot: true`",
	"route": pods.below(pod.route, ["securityContext"]),
	"help": "write `runAsNonRoot: true` and `runAsUser: 10001` below the pod's `securityContext`",
} if {
	some pod in pods.all
	_all_silent(pod)
}

deny contains {
	"msg": sprintf("container `%v` may run as root: neither it nor its pod says `runAsNonRoot: true`", [container.name]),
	"route": pods.below(container.route, ["securityContext"]),
	"help": "write `runAsNonRoot: true` below its `securityContext`",
} if {
	some pod in pods.all
	not _all_silent(pod)
	some container in pods.containers_of(pod)
	_silent(container)
}

deny contains {
	"msg": sprintf("container `%v` runs as root", [container.name]),
	"route": pods.below(container.route, ["securityContext", "runAsUser"]),
	"help": "write a user of its own, as `runAsUser: 10001`",
} if {
	some container in pods.containers
	container.value.securityContext.runAsUser == 0
}

deny contains {
	"msg": "the pod's containers run as root",
	"route": pods.below(pod.route, ["securityContext", "runAsUser"]),
	"help": "write a user of its own, as `runAsUser: 10001`",
} if {
	some pod in pods.all
	pod.spec.securityContext.runAsUser == 0
}

deny contains {
	"msg": sprintf("container `%v` may run as root: it says `runAsNonRoot: false`", [container.name]),
	"route": pods.below(container.route, ["securityContext", "runAsNonRoot"]),
	"help": "write `runAsNonRoot: true`",
} if {
	some container in pods.containers
	container.value.securityContext.runAsNonRoot == false
	not pods.security(container, "runAsUser")
}

deny contains {
	"msg": "the pod's containers may run as root: it says `runAsNonRoot: false`",
	"route": pods.below(pod.route, ["securityContext", "runAsNonRoot"]),
	"help": "write `runAsNonRoot: true`",
} if {
	some pod in pods.all
	pod.spec.securityContext.runAsNonRoot == false
	not "runAsUser" in object.keys(pod.spec.securityContext)
}

# Nothing is said of its user: the image decides, and most images say root.
_silent(container) if {
	container.role != "model"
	not "runAsUser" in _said(container)
	not "runAsNonRoot" in _said(container)
}

_all_silent(pod) if {
	found := [container | some container in pods.containers_of(pod); container.role != "model"]
	count(found) > 0
	every container in found {
		_silent(container)
	}
}

_said(container) := {key |
	some key in ["runAsUser", "runAsNonRoot"]
	value := pods.security(container, key)
	not is_null(value)
}
