# METADATA
# title: Secrets are not written into the environment of containers
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [X01]
#   aliases: [polaris/sensitiveContainerEnvVar, kube-linter/env-var-secret]
package secrets.literal_in_environment

import data.lib.pods
import data.lib.secrets

deny contains {
	"msg": sprintf("container `%v` has the secret %v written out: %d characters that anybody can read in Git", [container.name, setting.name, count(sprintf("%v", [setting.value]))]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "take it from a Secret by `valueFrom.secretKeyRef`, and change it, as it is known now",
} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	secrets.named(setting.name)
	secrets.literal(setting.value)
	not secrets.address(setting.value)
}

deny contains {
	"msg": sprintf("container `%v` has %s written out in %v", [container.name, shape, object.get(setting, "name", "a variable")]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "take it from a Secret by `valueFrom.secretKeyRef`, and change it, as it is known now",
} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	shape := secrets.shape(setting.value)
	not _is_named(setting)
}

_is_named(setting) if {
	secrets.named(setting.name)
	secrets.literal(setting.value)
}
