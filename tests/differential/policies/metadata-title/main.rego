# METADATA
# title: Titles
# scope: package
package main

# METADATA
# title: Replicas
# description: There are enough.
# related_resources:
# - https://example.com/replicas
deny contains result if {
	input.spec.replicas < 2
	result := {"msg": rego.metadata.rule().title, "description": rego.metadata.rule().description}
}
