# METADATA
# title: Runs that come too late are left out
# custom:
#   severity: warning
#   kinds: [CronJob]
#   rows: [R24]
#   aliases: [kube-score/cronjob-has-deadline]
package reliability.no_starting_deadline

deny contains {
	"msg": "it has no `startingDeadlineSeconds`: after an outage a run that was missed starts however late it is",
	"route": ["spec", "startingDeadlineSeconds"],
	"help": "write how late a run may start, as `startingDeadlineSeconds: 3600`",
} if {
	input.kind == "CronJob"
	is_object(input.spec)
	object.get(input.spec, "startingDeadlineSeconds", null) == null
}

deny contains {
	"msg": sprintf("the controller looks every 10 s: within %v s it may never start a run", [seconds]),
	"route": ["spec", "startingDeadlineSeconds"],
	"help": "write how late a run may start, as `startingDeadlineSeconds: 3600`",
} if {
	input.kind == "CronJob"
	seconds := input.spec.startingDeadlineSeconds
	is_number(seconds)
	seconds < 10
}
