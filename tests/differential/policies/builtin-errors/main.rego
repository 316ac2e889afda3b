package main

deny contains msg if {
	n := to_number(input.metadata.name)
	msg := sprintf("%d", [n])
}

deny contains "not a number" if not to_number(input.metadata.name)

warn contains "after"
