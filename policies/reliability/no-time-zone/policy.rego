# METADATA
# title: Schedules say their time zone
# custom:
#   severity: warning
#   kinds: [CronJob, CronWorkflow]
#   rows: [R21]
package reliability.no_time_zone

deny contains {
	"msg": sprintf("it has no `%s`: it runs by the clock of whichever machine the controller is on", [key]),
	"route": ["spec", key],
	"help": sprintf("write `%s: Etc/UTC`, or the zone that is meant, as `Europe/Berlin`", [key]),
} if {
	key := {"CronJob": "timeZone", "CronWorkflow": "timezone"}[input.kind]
	is_object(input.spec)
	object.get(input.spec, key, null) in [null, ""]
	some text in _schedules
	_has_hours(text)
}

_schedules contains input.spec.schedule

_schedules contains text if some text in input.spec.schedules

# What runs at every hour needs no zone.
_has_hours(text) if {
	is_string(text)
	not contains(text, "TZ=")
	not regex.match(`^\s*\S+\s+\*(/1)?\s+\*\s+\*\s+\*\s*$|^@(hourly|every .*)$`, text)
}
