# METADATA
# title: An empty tree deletes nothing
# custom:
#   severity: error
#   kinds: [Application, ApplicationSet]
#   rows: [C10]
#   fix: true
package argo.allow_empty

import data.lib.applications

deny contains {
	"msg": "if its tree is empty once, by a wrong path or a failed build, everything that it applied is deleted",
	"route": route,
	"help": "write `allowEmpty: false`",
	"fix": {"put": [[route, false]]},
} if {
	some application in applications.specs
	application.spec.syncPolicy.automated.allowEmpty == true
	route := array.concat(application.route, ["syncPolicy", "automated", "allowEmpty"])
}
