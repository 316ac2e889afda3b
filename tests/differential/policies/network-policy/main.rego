package main

blocks := [block.cidr | walk(input, [path, block]); path[count(path) - 1] == "ipBlock"]

deny contains sprintf("%s is open to the world", [input.metadata.name]) if {
	some cidr in blocks
	cidr == "0.0.0.0/0"
}

warn contains sprintf("%s is not private", [cidr]) if {
	some cidr in blocks
	not net.cidr_contains("10.0.0.0/8", cidr)
}

warn_merge contains sprintf("%v", [net.cidr_merge(blocks)])

warn_intersects contains sprintf("%s and %s", [a, b]) if {
	some i, a in blocks
	some j, b in blocks
	i < j
	net.cidr_intersects(a, b)
}
