package main

deny contains msg if {
	walk(input, [path, value])
	path[count(path) - 1] == "hostPath"
	msg := sprintf("%s is forbidden", [concat(".", [sprintf("%v", [p]) | some p in path])])
}

warn contains msg if {
	[path, value] := walk(input)[_]
	is_null(value)
	msg := sprintf("null at %v", [path])
}
