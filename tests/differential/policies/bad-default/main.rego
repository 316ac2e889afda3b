package main

default deny := input.x

deny := 1
