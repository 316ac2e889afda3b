package main

import data.kubernetes

deny contains msg if {
	some container in kubernetes.containers(input)
	container.securityContext.privileged
	msg := sprintf("%s is privileged", [container.name])
}

violation contains {"msg": msg, "details": {"name": container.name, "path": path}} if {
	some path, container in kubernetes.containers(input)
	object.get(container, ["securityContext", "runAsNonRoot"], false) != true
	msg := "runs as root"
}
