package main

deny if input.kind

warn := true

violation := false
