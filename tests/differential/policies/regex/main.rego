package main

deny contains msg if {
	not regex.match(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, input.metadata.name)
	msg := sprintf("%q is no name", [input.metadata.name])
}

warn contains msg if {
	found := regex.find_n(`[0-9]+`, input.metadata.name, -1)
	count(found) > 0
	msg := sprintf("numbers in the name: %v", [found])
}

warn contains msg if {
	parts := regex.find_all_string_submatch_n(`(\w+):(\d+(?:\.\d+)*)`, json.marshal(input), -1)
	some part in parts
	msg := sprintf("%s is at %s", [part[1], part[2]])
}

warn_replaced contains regex.replace(input.metadata.name, `([a-z])-([a-z])`, "$2+$1")
