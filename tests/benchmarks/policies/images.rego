package main

import rego.v1

import data.lib.workloads

registries := {"registry.example.com/", "ghcr.io/example/", "quay.io/example/"}

trusted(image) if {
	some registry in registries
	startswith(image, registry)
}

tag(image) := parts[1] if {
	name := regex.replace(image, `^.*/`, "")
	parts := split(name, ":")
	count(parts) == 2
}

deny_untrusted_registry contains message if {
	some container in workloads.containers
	not trusted(container.image)
	message := sprintf("%s: container %q: image %q is from no registry of ours", [workloads.name, container.name, container.image])
}

deny_latest contains message if {
	some container in workloads.containers
	tag(container.image) == "latest"
	message := sprintf("%s: container %q uses the tag latest", [workloads.name, container.name])
}

deny_untagged contains message if {
	some container in workloads.containers
	not tag(container.image)
	not contains(container.image, "@sha256:")
	message := sprintf("%s: container %q has neither tag nor digest", [workloads.name, container.name])
}

warn_tag_not_semantic contains message if {
	some container in workloads.containers
	found := tag(container.image)
	found != "latest"
	not regex.match(`^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9a-z.]+)?$`, found)
	message := sprintf("%s: tag %q is no semantic version", [workloads.name, found])
}

deny_pull_policy contains message if {
	some container in workloads.containers
	container.imagePullPolicy == "Always"
	not tag(container.image) == "latest"
	message := {
		"msg": sprintf("%s: container %q pulls a pinned image always", [workloads.name, container.name]),
		"container": container.name,
		"severity": "low",
	}
}

exception contains rules if {
	workloads.annotation("policy.example.com/third-party", "false") == "true"
	rules := ["untrusted_registry", "tag_not_semantic"]
}
