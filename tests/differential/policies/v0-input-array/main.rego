package main

deny[msg] {
	c = input.spec.template.spec.containers[_]
	c.image = image
	endswith(image, ":latest")
	msg = sprintf("%v", [image])
}

exception[rules] {
	input.metadata.name == "web"
	rules = [""]
}
