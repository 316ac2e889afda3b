package main

by_kind[kind] contains name if {
	some document in input.items
	kind := document.kind
	name := document.metadata.name
}

names := {document.metadata.name: document.kind | some document in input.items}

deny contains sprintf("%s: %v", [kind, by_kind[kind]]) if {
	some kind, found in by_kind
	count(found) > 1
}

warn contains sprintf("%v", [names])

warn contains sprintf("%v", [[x | x := names[_]]])

warn contains sprintf("%v", [{k | names[k]}])
