package main

warn contains sprintf("%v %s %v", [path, type_name(value), value]) if {
	walk(input, [path, value])
	not is_object(value)
	not is_array(value)
}
