package main

import future.keywords.in

units := {"Ki": 1024, "Mi": 1048576, "Gi": 1073741824}

bytes(text) := to_number(text) if regex.match(`^\d+$`, text)

bytes(text) := to_number(trim_suffix(text, unit)) * factor if {
	some unit, factor in units
	endswith(text, unit)
}

deny contains {"msg": msg, "container": container.name, "asked": asked} if {
	some container in input.spec.template.spec.containers
	asked := bytes(container.resources.limits.memory)
	asked > bytes("1Gi")
	msg := sprintf("%v asks for %d bytes", [container.name, asked])
}

deny contains msg if {
	some i, container in input.spec.template.spec.containers
	not container.resources.limits
	msg := sprintf("container %d (%s) has no limits", [i, container.name])
}

warn contains msg if {
	some container in input.spec.template.spec.containers
	not container.resources.requests.cpu
	msg := concat(" ", [container.name, "requests no cpu"])
}
