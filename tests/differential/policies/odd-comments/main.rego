# METADATA
# title: A policy with comments
# description: |
#   of several lines
# custom:
#   severity: high
package main # the package

# METADATA
# title: No names
# custom: {severity: low}
deny contains msg if { # here
	# nothing
	not input.metadata.name # there
	annotation := rego.metadata.rule()
	msg := sprintf("%s (%s)", [annotation.title, annotation.custom.severity])
}

warn contains rego.metadata.chain()[1].annotations.title if { count(rego.metadata.chain()) > 1 }
