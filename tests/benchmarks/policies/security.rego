package main

import rego.v1

import data.lib.workloads

dangerous := {"SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "ALL"}

security(container, name) := value if value := container.securityContext[name]

security(container, name) := value if {
	not name in object.keys(object.get(container, "securityContext", {}))
	value := workloads.pod.spec.securityContext[name]
}

deny_root contains message if {
	some container in workloads.containers
	not security(container, "runAsNonRoot") == true
	message := sprintf("%s: container %q may run as root", [workloads.name, container.name])
}

deny_root_user contains message if {
	some container in workloads.containers
	security(container, "runAsUser") == 0
	message := sprintf("%s: container %q runs as root", [workloads.name, container.name])
}

deny_privileged contains message if {
	some container in workloads.containers
	container.securityContext.privileged
	message := sprintf("%s: container %q is privileged", [workloads.name, container.name])
}

deny_escalation contains message if {
	some container in workloads.containers
	object.get(container, ["securityContext", "allowPrivilegeEscalation"], true)
	message := sprintf("%s: container %q may gain privileges", [workloads.name, container.name])
}

deny_writable_root contains message if {
	some container in workloads.containers
	not container.securityContext.readOnlyRootFilesystem
	message := sprintf("%s: container %q writes to its root", [workloads.name, container.name])
}

deny_capabilities contains message if {
	some container in workloads.containers
	added := {name | some name in container.securityContext.capabilities.add} & dangerous
	count(added) > 0
	message := sprintf("%s: container %q adds %v", [workloads.name, container.name, added])
}

warn_drop_all contains message if {
	some container in workloads.containers
	not "ALL" in object.get(container, ["securityContext", "capabilities", "drop"], [])
	message := sprintf("%s: container %q keeps capabilities", [workloads.name, container.name])
}

deny_host contains message if {
	some name in ["hostNetwork", "hostPID", "hostIPC"]
	workloads.pod.spec[name]
	message := sprintf("%s: shares %s", [workloads.name, name])
}

deny_host_path contains message if {
	some volume in workloads.pod.spec.volumes
	path := volume.hostPath.path
	not startswith(path, "/var/log/")
	message := sprintf("%s: volume %q is %s of the host", [workloads.name, volume.name, path])
}

warn_token contains message if {
	workloads.is_workload
	not workloads.pod.spec.automountServiceAccountToken == false
	message := sprintf("%s: mounts a token", [workloads.name])
}

deny_secret_in_environment contains message if {
	some container in workloads.containers
	some variable in container.env
	regex.match(`(?i)(password|secret|token|api_?key)`, variable.name)
	variable.value
	message := sprintf("%s: container %q: %s is plain text", [workloads.name, container.name, variable.name])
}

exception contains rules if {
	workloads.annotation("policy.example.com/privileged", "") == "granted"
	rules := ["privileged", "capabilities", "host", "host_path"]
}
