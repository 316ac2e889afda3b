package main

import rego.v1

import data.lib.workloads

required_labels := {"app.kubernetes.io/name", "app.kubernetes.io/part-of", "example.com/owner"}

owners := {"search", "payments", "platform", "identity", "checkout"}

deny_labels contains message if {
	given := {name | some name, _ in input.metadata.labels}
	missing := required_labels - given
	count(missing) > 0
	message := sprintf("%s: labels are missing: %s", [workloads.name, concat(", ", sort(missing))])
}

deny_owner contains message if {
	owner := workloads.label("example.com/owner")
	not owner in owners
	message := sprintf("%s: nobody is called %q", [workloads.name, owner])
}

deny_label_value contains message if {
	some name, value in input.metadata.labels
	not regex.match(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`, value)
	message := sprintf("%s: label %s has the value %q", [workloads.name, name, value])
}

deny_name contains message if {
	not regex.match(`^[a-z]([-a-z0-9]*[a-z0-9])?$`, input.metadata.name)
	message := sprintf("%s: a bad name", [workloads.name])
}

deny_default_namespace contains message if {
	object.get(input.metadata, "namespace", "default") == "default"
	message := sprintf("%s: is in the namespace default", [workloads.name])
}

deny_selector contains message if {
	workloads.long_running
	some name, value in input.spec.selector.matchLabels
	object.get(input.spec.template.metadata.labels, name, "") != value
	message := sprintf("%s: selects %s=%s, which its pods do not have", [workloads.name, name, value])
}

warn_contact contains message if {
	workloads.is_workload
	not endswith(workloads.annotation("example.com/contact", ""), "@example.com")
	message := sprintf("%s: nobody to ask is named", [workloads.name])
}

deny_null contains message if {
	walk(input, [path, value])
	value == null
	message := sprintf("%s: %s is null", [workloads.name, concat(".", [sprintf("%v", [part]) | some part in path])])
}

exception contains rules if {
	input.metadata.namespace == "sandbox"
	rules := ["labels", "owner", "contact"]
}
