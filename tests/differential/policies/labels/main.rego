package main

import rego.v1

required := {"app.kubernetes.io/name", "app.kubernetes.io/version", "team"}

deny contains msg if {
	missing := required - {label | some label, _ in object.get(input.metadata, "labels", {})}
	count(missing) > 0
	msg := sprintf("%s/%s lacks the labels %v", [input.kind, input.metadata.name, missing])
}
