package main

a := 1

b = 2

c := [a, b]

deny contains sprintf("%v", [c]) if {
	a + b == 3
	x := {"k": a}
	x.k != b
	y := x.k
	y < b
}

warn contains sprintf("%v", [{"a": {"b": [1, {"c": "d"}]}}.a.b[1].c])
