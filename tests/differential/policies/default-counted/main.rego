package main

default deny := []

deny := ["too many"] if input.spec.replicas > 2

default warn := {"by default"}

warn := {"big"} if input.spec.replicas > 5
