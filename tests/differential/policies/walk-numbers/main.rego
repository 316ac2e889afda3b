package main

deny contains msg if {
	some path, value
	walk(input, [path, value])
	is_number(value)
	value > 100
	msg := sprintf("%v: %v", [path, value])
}
