# METADATA
# title: An empty tree deletes nothing
# custom:
#   severity: error
#   kinds: [Application, ApplicationSet]
#   rows: [C10]
package argo.allow_empty

import data.lib.applications

deny contains {
	"msg": "if its tree is empty once, by a wrong path or a failed build, everything that it applied is deleted",
	"route": array.concat(application.route, ["syncPolicy", "automated", "allowEmpty"]),
	"help": "write `allowEmpty: false`",
} if {
	some application in applications.specs
	application.spec.syncPolicy.automated.allowEmpty == true
}
