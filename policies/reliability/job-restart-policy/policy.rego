# METADATA
# title: Pods of Jobs end
# custom:
#   severity: error
#   kinds: [Job, CronJob, ScaledJob]
#   rows: [R22]
#   aliases: [kube-score/cronjob-restartpolicy]
#   fix: true
package reliability.job_restart_policy

import data.lib.pods

deny contains {
	"msg": sprintf("the pods of a %s must not always be restarted, %s: the server refuses it", [input.kind, _said(pod)]),
	"route": pods.below(pod.route, ["restartPolicy"]),
	"help": "write `restartPolicy: Never`, so that each try has a pod and logs of its own, or `OnFailure`",
	"fix": {"put": [[pods.below(pod.route, ["restartPolicy"]), "Never"]]},
} if {
	input.kind in {"Job", "CronJob", "ScaledJob"}
	some pod in pods.all
	object.get(pod.spec, "restartPolicy", "Always") == "Always"
}

_said(pod) := "as `Always` says" if {
	pod.spec.restartPolicy == "Always"
} else := "as is the case where nothing is said"
