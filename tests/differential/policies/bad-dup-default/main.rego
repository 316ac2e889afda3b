package main

default a := 1

default a := 2

deny contains sprintf("%v", [a])
