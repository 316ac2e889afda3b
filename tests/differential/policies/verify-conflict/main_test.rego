package main

test_conflict if p

p := true

p := false if true
