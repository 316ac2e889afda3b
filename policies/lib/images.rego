# METADATA
# description: The images of an object, with their places and parts.
package lib.images

import data.lib.pods

# Every image of the object: of containers, of volumes, and that of a custom resource.
all := array.concat(
	array.concat(
		[found |
			some container in pods.containers
			found := _image(container.value.image, pods.below(container.route, ["image"]))
		],
		[found |
			some pod in pods.all
			is_array(pod.spec.volumes)
			some index, volume in pod.spec.volumes
			found := _image(volume.image.reference, pods.below(pod.route, ["volumes", index, "image", "reference"]))
		],
	),
	[found |
		count(pods.all) == 0
		contains(input.apiVersion, ".")
		found := _image(input.spec.image, ["spec", "image"])
	],
)

_image(text, route) := {"text": text, "route": route, "digest": digest, "tag": tag, "name": name} if {
	is_string(text)
	regex.match(`^[^\s${}]+$`, text)
	[before, digest] := _cut(text, "@")
	segments := split(before, "/")
	[_, tag] := _cut(segments[count(segments) - 1], ":")
	name := trim_suffix(before, sprintf(":%s", [tag]))
}

# What stands before a mark and after it; nothing after it where there is none.
_cut(text, mark) := [substring(text, 0, place), substring(text, place + 1, -1)] if {
	place := indexof(text, mark)
	place >= 0
} else := [text, ""]

# Whether an image may be another tomorrow: it has no tag, or one that moves.
moves(image) if {
	image.digest == ""
	image.tag == ""
}

moves(image) if {
	image.digest == ""
	regex.match(`(?i)^(latest|main|master|trunk|develop|development|dev|edge|nightly|head|stable|canary|rolling|snapshot|staging|production|prod|test|testing|current|release|beta|alpha|(.*[-_.])?(latest|nightly|snapshot))$`, image.tag)
}

# The full name of an image: Docker Hub is meant where no registry is named.
full(name) := name if {
	_has_registry(name)
} else := sprintf("docker.io/%s", [name]) if {
	contains(name, "/")
} else := sprintf("docker.io/library/%s", [name])

_has_registry(name) if {
	contains(name, "/")
	regex.match(`[.:]|^localhost$`, split(name, "/")[0])
}
