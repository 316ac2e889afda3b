package main

containers contains container if {
	some container in input.spec.template.spec.containers
}

containers contains container if {
	some container in input.spec.template.spec.initContainers
}

deny_latest contains msg if {
	some container in containers
	endswith(container.image, ":latest")
	msg := sprintf("container %q uses the tag latest", [container.name])
}

deny_untagged contains msg if {
	some container in containers
	not contains(container.image, ":")
	not contains(container.image, "@")
	msg := sprintf("container %q has no tag: %s", [container.name, container.image])
}

warn_registry contains msg if {
	some container in containers
	registry := split(container.image, "/")[0]
	not registry in {"registry.example.com", "ghcr.io"}
	msg := sprintf("%s comes from %s", [container.name, registry])
}
