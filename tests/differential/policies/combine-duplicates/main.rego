package main

deny contains sprintf("%s/%s is in %v", [kind, name, files]) if {
	some document in input
	kind := document.contents.kind
	name := document.contents.metadata.name
	files := [other.path |
		some other in input
		other.contents.kind == kind
		other.contents.metadata.name == name
	]
	count(files) > 1
}

deny_count contains sprintf("%d documents", [count(input)]) if count(input) > 3
