package lib.workloads

import rego.v1

kinds := {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}

is_workload if input.kind in kinds

pod := input.spec.jobTemplate.spec.template if input.kind == "CronJob"

pod := input.spec.template if input.kind in (kinds - {"CronJob"})

containers contains container if some container in pod.spec.containers

containers contains container if some container in pod.spec.initContainers

main_containers contains container if some container in pod.spec.containers

long_running if input.kind in {"Deployment", "StatefulSet", "DaemonSet"}

name := sprintf("%s/%s", [input.kind, input.metadata.name])

label(key) := value if value := input.metadata.labels[key]

annotation(key, fallback) := object.get(input.metadata, ["annotations", key], fallback)
