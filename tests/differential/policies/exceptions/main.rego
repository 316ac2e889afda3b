package main

deny_run_as_root contains msg if {
	some container in input.spec.template.spec.containers
	not container.securityContext.runAsNonRoot
	msg := sprintf("%s runs as root", [container.name])
}

deny_tags contains msg if {
	some container in input.spec.template.spec.containers
	endswith(container.image, "latest")
	msg := sprintf("%s has no fixed tag", [container.name])
}

warn_tags contains "tags may be wrong"

violation_tags contains {"msg": "tags"}

exception contains rules if {
	input.metadata.annotations.excused == "root"
	rules := ["run_as_root"]
}

exception contains rules if {
	input.metadata.labels.team == "platform"
	rules := ["tags", "nothing", "tags"]
}

exception contains ["tags"] if input.metadata.name == "web"
