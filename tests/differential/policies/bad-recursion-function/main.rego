package main

f(x) := f(x - 1)

deny contains sprintf("%v", [f(3)])
