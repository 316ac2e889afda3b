package main

pairs contains [a.name, b.name] if {
	some i, a in input.spec.template.spec.containers
	some j, b in input.spec.template.spec.containers
	i != j
	a.image == b.image
}

deny contains sprintf("%v share an image", [pair]) if some pair in pairs

warn contains sprintf("%v=%v", [env.name, env.value]) if {
	env := input.spec.template.spec.containers[_].env[_]
	env.value
}
