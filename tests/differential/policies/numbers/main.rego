package main

values := [v | walk(input, [_, v]); is_number(v)]

warn contains sprintf("sum %v max %v min %v count %d", [sum(values), max(values), min(values), count(values)])

warn contains sprintf("%v %v %v", [v / 3, v % 7, v * 1.5]) if {
	some v in values
	v == floor(v)
}

warn contains sprintf("%v %v %v %v", [round(v), ceil(v), floor(v), abs(v)]) if some v in values

warn contains sprintf("%d %5.2f %x", [v, v, v]) if some v in values

warn contains sprintf("%v", [values])

warn contains format_int(v, 16) if some v in values

deny contains "a number is negative" if {
	some v in values
	v < 0
}
