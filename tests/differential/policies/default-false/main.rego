package main

default deny := false

deny if input.kind == "Service"

default violation := "text"
