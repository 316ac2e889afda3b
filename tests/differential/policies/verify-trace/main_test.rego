package main

test_trace if {
	trace("noted")
	x := 3
	x > 2
}

test_fails if {
	trace("noted too")
	x := 3
	x > 5
}
