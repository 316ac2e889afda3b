# METADATA
# title: A batch job that holds GPUs ends
# custom:
#   severity: error
#   kinds:
#     - Job
#     - CronJob
#     - ScaledJob
#     - RayJob
#     - PyTorchJob
#     - TFJob
#     - MPIJob
#     - XGBoostJob
#     - Workflow
#     - WorkflowTemplate
#     - ClusterWorkflowTemplate
#     - CronWorkflow
#   rows: [G19]
#   aliases: [gatekeeper/gpuactivedeadline, kyverno/enforce-pod-duration]
package gpu.no_deadline

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` holds %v of `%s`, and nothing ends it when it hangs", [container.name, amount, resource]),
	"route": pods.below(container.route, ["resources", "limits", resource]),
	"help": sprintf("write `%s`, with more than the longest run takes", [_where]),
} if {
	input.kind in _kinds
	some container in pods.containers
	some resource, amount in container.value.resources.limits
	regex.match(`/(gpu|mig-|pgpu|gaudi)`, resource)
	not amount in {0, "0"}
	not _ends(container.pod)
}

# The job as a whole, its pods, or the queue that it waits in.
_ends(_) if {
	some route in _jobs[input.kind]
	object.get(input, route, null) != null
}

_ends(_) if input.metadata.labels["kueue.x-k8s.io/max-exec-time-seconds"]

_ends(pod) if pod.spec.activeDeadlineSeconds

_ends(pod) if pod.spec.timeout

_ends(pod) if pod.around.activeDeadlineSeconds

_ends(pod) if pod.around.templateDefaults.activeDeadlineSeconds

_ends(pod) if pod.around.templateDefaults.timeout

_jobs := {
	"Job": [["spec", "activeDeadlineSeconds"]],
	"CronJob": [["spec", "jobTemplate", "spec", "activeDeadlineSeconds"]],
	"ScaledJob": [["spec", "jobTargetRef", "activeDeadlineSeconds"]],
	"RayJob": [["spec", "activeDeadlineSeconds"]],
	"PyTorchJob": [["spec", "runPolicy", "activeDeadlineSeconds"]],
	"TFJob": [["spec", "runPolicy", "activeDeadlineSeconds"]],
	"MPIJob": [["spec", "runPolicy", "activeDeadlineSeconds"]],
	"XGBoostJob": [["spec", "runPolicy", "activeDeadlineSeconds"]],
}

_kinds := object.keys(_jobs) | {"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"}

_where := "runPolicy: {activeDeadlineSeconds: 28800}" if {
	input.kind in {"PyTorchJob", "TFJob", "MPIJob", "XGBoostJob"}
} else := "activeDeadlineSeconds: 28800"
