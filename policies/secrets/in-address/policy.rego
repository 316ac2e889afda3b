# METADATA
# title: Addresses have no password in them
# custom:
#   severity: error
#   rows: [X03]
package secrets.in_address

import data.lib.pods
import data.lib.secrets

deny contains {
	"msg": sprintf("%s has %s", [found.what, secret]),
	"route": found.route,
	"help": "take the whole address, or the password, from a Secret; and change the password, as it is known now",
} if {
	some found in _texts
	is_string(found.text)
	secret := secrets.address(found.text)
}

_texts contains {"what": sprintf("the variable %v of container `%v`", [object.get(setting, "name", index), container.name]), "text": setting.value, "route": pods.below(container.route, ["env", index, "value"])} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
}

_texts contains {"what": sprintf("the %s of container `%v`", [key, container.name]), "text": text, "route": pods.below(container.route, [key, index])} if {
	some container in pods.containers
	some key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
}

_texts contains {"what": sprintf("the script of `%v`", [container.name]), "text": container.value.source, "route": pods.below(container.route, ["source"])} if {
	some container in pods.containers
	container.role == "script"
}

_texts contains {"what": sprintf("the key `%v`", [key]), "text": text, "route": ["data", key]} if {
	input.kind == "ConfigMap"
	some key, text in input.data
}

_texts contains {"what": sprintf("the setting `%v`", [key]), "text": text, "route": ["spec", "config", key]} if {
	some key, text in input.spec.config
}

_texts contains {"what": sprintf("the trigger's `%v`", [key]), "text": text, "route": ["spec", "triggers", index, "metadata", key]} if {
	input.kind in {"ScaledObject", "ScaledJob"}
	some index, trigger in input.spec.triggers
	some key, text in trigger.metadata
}

_texts contains {"what": sprintf("`%v`", [key]), "text": text, "route": ["spec", key]} if {
	contains(input.apiVersion, ".")
	some key, text in input.spec
	is_string(text)
}
