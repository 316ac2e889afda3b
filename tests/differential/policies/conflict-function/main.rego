package main

f(x) := 1 if x

f(x) := 2 if x == true

deny contains sprintf("%v", [f(true)])
