package main

warn contains sprintf("%s: %s", [key, type_name(value)]) if some key, value in input

warn contains sprintf("%s is %v", [key, value]) if {
	some key, value in input
	not is_object(value)
	not is_array(value)
}

deny contains sprintf("%s is null", [key]) if {
	some key, value in input
	value == null
}
