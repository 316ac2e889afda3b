package main

import future.keywords

deny contains msg if {
	some container in input.spec.template.spec.containers
	msg := container.name
}

warn[msg] {
	every x in [1, 2] { x > 0 }
	msg := "every"
}
