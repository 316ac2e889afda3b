package main

deny contains "x" if {
	some i
	input.kind
}
