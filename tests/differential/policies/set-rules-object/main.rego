package main

limits := {"cpu": 4, "memory": 16}

deny[msg] contains "ref heads do not count" if msg := "x"

usage[name] := amount if {
	some name, amount in input.usage
}

deny_usage contains sprintf("%s: %v of %v", [name, usage[name], limits[name]]) if {
	some name
	usage[name] > limits[name]
}
