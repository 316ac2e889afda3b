package main

deny contains msg if {
	print("kind is", input.kind, "and", input.missing, [1, "a"], {"k": {1, 2}})
	some container in input.spec.template.spec.containers
	print(container.name)
	msg := container.name
}

warn contains "w" if {
	print("")
	print()
}

exception contains ["never"] if {
	print("in exception")
	false
}
