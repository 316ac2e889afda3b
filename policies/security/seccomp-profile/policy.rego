# METADATA
# title: Pods have a seccomp profile
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [S06]
#   aliases:
#     - kube-score/container-seccomp-profile
#     - CKV_K8S_31
#     - polaris/linuxHardening
#     - kyverno/restrict-seccomp-strict
#     - gatekeeper/seccompv2
#   fix: true
package security.seccomp_profile

import data.lib.pods

deny contains {
	"msg": "the pod has no seccomp profile: its containers may make every system call",
	"route": pods.below(pod.route, ["securityContext", "seccompProfile"]),
	"help": "write `seccompProfile: {type: RuntimeDefault}` below the pod's `securityContext`",
	"fix": {"put": [[pods.below(pod.route, ["securityContext", "seccompProfile", "type"]), "RuntimeDefault"]]},
} if {
	some pod in pods.all
	_all_silent(pod)
}

deny contains {
	"msg": sprintf("container `%v` has no seccomp profile, nor has its pod", [container.name]),
	"route": pods.below(container.route, ["securityContext", "seccompProfile"]),
	"help": "write `seccompProfile: {type: RuntimeDefault}` below the pod's `securityContext`",
	"fix": {"put": [[pods.below(pod.route, ["securityContext", "seccompProfile", "type"]), "RuntimeDefault"]]},
} if {
	some pod in pods.all
	not _all_silent(pod)
	some container in pods.containers_of(pod)
	_silent(container)
}

deny contains {
	"msg": "the pod's containers may make every system call",
	"route": pods.below(pod.route, ["securityContext", "seccompProfile", "type"]),
	"help": "write `type: RuntimeDefault`",
} if {
	some pod in pods.all
	pod.spec.securityContext.seccompProfile.type == "Unconfined"
}

deny contains {
	"msg": sprintf("container `%v` may make every system call", [container.name]),
	"route": pods.below(container.route, ["securityContext", "seccompProfile", "type"]),
	"help": "write `type: RuntimeDefault`",
} if {
	some container in pods.containers
	container.value.securityContext.seccompProfile.type == "Unconfined"
}

_silent(container) if {
	container.role != "model"
	pods.linux(container.pod)
	not pods.security(container, "seccompProfile")
}

_all_silent(pod) if {
	found := [container | some container in pods.containers_of(pod); container.role != "model"]
	count(found) > 0
	every container in found {
		_silent(container)
	}
}
