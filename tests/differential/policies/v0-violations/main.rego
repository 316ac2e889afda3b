package main

violation[{"msg": msg, "details": {"kind": input.kind}}] {
	input.kind != "Service"
	msg := "no service"
}

violation[msg] {
	msg := input.metadata.name
}

deny_x["a"] { input.kind }
deny_x["b"] { input.kind } { input.never }
