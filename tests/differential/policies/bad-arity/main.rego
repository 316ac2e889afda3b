package main

f(x) := x

deny contains f(1, 2)

warn contains upper("a", "b")
