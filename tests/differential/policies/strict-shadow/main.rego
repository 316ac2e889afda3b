package main

deny contains msg if {
	input := {"kind": "mine"}
	msg := input.kind
}
