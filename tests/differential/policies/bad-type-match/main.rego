package main

x := "a"

deny contains "x" if x == 1
