# METADATA
# title: Finished Jobs do not pile up
# custom:
#   severity: warning
#   kinds: [Job, CronJob, ScaledJob]
#   rows: [R23]
#   aliases: [kube-linter/job-ttl-seconds-after-finished, kyverno/add-ttl-jobs]
package reliability.jobs_kept

# A Job of a fixed name is there once. One that Argo CD keeps in sync must even stay: if it vanished, it
# would be made and run again.
deny contains {
	"msg": "each sync makes another Job, and none of them ever goes",
	"route": ["spec", "ttlSecondsAfterFinished"],
	"help": "write `ttlSecondsAfterFinished: 86400`",
} if {
	input.kind == "Job"
	input.metadata.generateName
	not input.metadata.name
	not "ttlSecondsAfterFinished" in object.keys(input.spec)
	not _is_deleted
}

deny contains {
	"msg": sprintf("%v finished Jobs are kept, with all of their pods", [kept]),
	"route": ["spec", key],
	"help": "write a number that somebody looks at, as `3`",
} if {
	input.kind in {"CronJob", "ScaledJob"}
	some key in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"]
	kept := input.spec[key]
	kept > 20
	not input.spec.jobTemplate.spec.ttlSecondsAfterFinished
}

_is_deleted if contains(input.metadata.annotations["argocd.argoproj.io/hook-delete-policy"], "Hook")
