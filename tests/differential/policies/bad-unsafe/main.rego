package main

deny contains msg if {
	input.kind == kind
}

warn contains sprintf("%v", [x]) if not input.a[x]
