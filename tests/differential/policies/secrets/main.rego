package main

deny contains sprintf("%s.%s looks like a secret", [input.metadata.name, key]) if {
	some key, value in input.data
	regex.match(`(?i)(password|token|secret|key)`, key)
	count(value) > 0
}

warn contains sprintf("%s has %d characters", [key, count(value)]) if some key, value in input.data
