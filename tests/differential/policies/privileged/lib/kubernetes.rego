package kubernetes

pod(object) := object.spec if object.kind == "Pod"

else := object.spec.jobTemplate.spec.template.spec if object.kind == "CronJob"

else := object.spec.template.spec

containers(object) := array.concat(
	object_get(pod(object), "containers"),
	object_get(pod(object), "initContainers"),
)

object_get(o, key) := value if {
	value := o[key]
	is_array(value)
} else := []
