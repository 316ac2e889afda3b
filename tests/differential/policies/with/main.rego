package main

tag := input.metadata.labels.version

limit := data.limits.replicas

old := x if x := tag with input.metadata.labels.version as "v0"

small := x if x := limit with data.limits.replicas as 3

upper_stub(_) := "STUB"

shout(text) := upper(text)

warn contains msg if {
	msg := sprintf("%v %v %v", [old, small, shout("a")])
}

deny contains msg if {
	x := shout("quiet") with upper as upper_stub
	msg := sprintf("mocked %s", [x])
}

deny contains msg if {
	msg := sprintf("%v", [count(input.metadata.labels)]) with input as {"metadata": {"labels": [1, 2, 3]}}
}
