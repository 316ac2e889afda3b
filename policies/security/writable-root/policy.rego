# METADATA
# title: Containers cannot write to their image
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [S05]
#   aliases:
#     - kube-linter/no-read-only-root-fs
#     - kube-score/container-security-context-readonlyrootfilesystem
#     - polaris/notReadOnlyRootFilesystem
#     - CKV_K8S_22
#     - gatekeeper/read-only-root-filesystem
package security.writable_root

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` may write to the files of its own image", [container.name]),
	"route": pods.below(container.route, ["securityContext", "readOnlyRootFilesystem"]),
	"help": "write `readOnlyRootFilesystem: true`, and mount an `emptyDir` where the program writes",
} if {
	some container in pods.containers
	pods.linux(container.pod)
	context := pods.mapping(container.value, "securityContext")
	context != {}
	object.get(context, "readOnlyRootFilesystem", false) == false
}
