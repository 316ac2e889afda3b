package main

deny contains sprintf("%s.%s = %v", [section, key, value]) if {
	some section, entries in input
	some key, value in entries
	contains(key, "insecure")
}

warn contains sprintf("%v", [input])
