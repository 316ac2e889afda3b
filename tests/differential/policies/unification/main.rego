package main

deny contains sprintf("%s %s", [registry, tag]) if {
	[registry, rest] = split(input.spec.template.spec.containers[_].image, "/")
	[_, tag] = split(rest, ":")
}

warn contains x if {
	{"kind": x, "metadata": {"name": y}} = {"kind": input.kind, "metadata": {"name": "web"}}
	y = input.metadata.name
}

warn contains a if {
	[a, "b"] = ["c", b]
	b = "b"
}
