package main

default level := "none"

level := "critical" if input.metadata.annotations.tier == "1"

else := "normal" if input.metadata.annotations

default allowed(_) := false

allowed(name) if startswith(name, "team-")

deny contains msg if {
	not allowed(input.metadata.namespace)
	msg := sprintf("namespace %v at level %s", [input.metadata.namespace, level])
}

warn contains level
