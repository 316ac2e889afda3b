package main

import data.unused

deny contains msg if {
	unused := 1
	msg := "said"
}

f(x, y) := x

warn contains sprintf("%v", [f(1, 2)])
