package main

deny contains msg if {
	msg := sprintf("x" [1])
}
