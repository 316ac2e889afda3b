# METADATA
# title: A Secret is not poured into the environment whole
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [X06]
#   aliases:
#     - CKV_K8S_35
#     - kube-linter/read-secret-from-env-var
#     - kyverno/disallow-secrets-from-env-vars
package secrets.whole_secret_in_environment

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` has every key of the Secret `%v` in its environment, those of tomorrow too", [container.name, source.secretRef.name]),
	"route": pods.below(container.route, ["envFrom", index, "secretRef", "name"]),
	"help": "mount the Secret as files, or name the keys that are needed by `valueFrom.secretKeyRef`",
} if {
	some container in pods.containers
	some index, source in pods.sequence(container.value, "envFrom")
	source.secretRef.name
}
