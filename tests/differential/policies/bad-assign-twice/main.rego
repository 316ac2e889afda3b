package main

deny contains x if {
	x := "a"
	x := "b"
}
