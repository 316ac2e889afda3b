package main

warn contains sprintf("%v", [input])

deny contains json.marshal(input) if is_object(input)

deny contains sprintf("%s: %v", [type_name(input), input]) if not is_object(input)
