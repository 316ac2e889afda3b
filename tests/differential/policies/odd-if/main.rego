package main

deny[msg] if {
	msg := "if without contains"
}
