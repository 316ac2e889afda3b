package main

deny contains "same" if input.kind

deny contains "same" if input.metadata

deny contains msg if some msg in ["x", "y", "z"]

warn contains "w" if {
	input.kind == "Service"
} {
	input.kind == "Deployment"
}
