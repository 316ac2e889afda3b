# METADATA
# title: Containers are not privileged
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [S01, S19, S20]
#   aliases:
#     - kube-linter/privileged-container
#     - kube-score/container-security-context-privileged
#     - polaris/runAsPrivileged
#     - CKV_K8S_16
#     - kyverno/disallow-privileged-containers
#     - gatekeeper/privileged-containers
package security.privileged_container

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` is privileged: it owns the node that it runs on", [container.name]),
	"route": pods.below(container.route, ["securityContext", "privileged"]),
	"help": "remove `privileged: true`; GPUs need it no more, as the device plugin hands them in",
} if {
	some container in pods.containers
	container.value.securityContext.privileged == true
}
