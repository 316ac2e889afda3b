package main

all_ports_named if {
	every port in input.spec.ports {
		port.name != ""
	}
}

all_probed if {
	every i, container in input.spec.template.spec.containers {
		container.readinessProbe
		i >= 0
	}
}

deny contains "a port has no name" if not all_ports_named

deny contains "a container is not probed" if not all_probed

warn contains "every container is probed" if all_probed
