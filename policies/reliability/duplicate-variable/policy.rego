# METADATA
# title: Variables are written once
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [R18]
#   aliases: [kube-linter/duplicate-env-var, kube-score/environment-variable-key-duplication]
#   fix: true
package reliability.duplicate_variable

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` sets %v again: the last one wins", [container.name, setting.name]),
	"route": pods.below(container.route, ["env", index, "name"]),
	"help": "keep one of them",
	"fix": _fix(container, settings, index),
} if {
	some container in pods.containers
	settings := pods.sequence(container.value, "env")
	some index, setting in settings
	some before, other in settings
	before < index
	other.name == setting.name
	not _is_extended(container, setting)
}

# `PATH=$(PATH):…` builds on what stands before it.
_is_extended(_, setting) if contains(setting.value, sprintf("$(%s)", [setting.name]))

# The same once more: without a reference, it does not matter where it stands.
_fix(container, settings, index) := {"drop": [pods.below(container.route, ["env", index])]} if {
	before := [other | some n, other in settings; n < index; other.name == settings[index].name]
	before[count(before) - 1] == settings[index]
	not contains(object.get(settings[index], "value", ""), "$(")
} else := {}
