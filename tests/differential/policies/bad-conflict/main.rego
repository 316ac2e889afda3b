package main

deny contains "set"

deny := "complete"
