# METADATA
# title: Applications belong to a project of their own
# custom:
#   severity: error
#   kinds: [Application, ApplicationSet]
#   rows: [C01]
#   aliases: [kyverno/application-prevent-default-project]
package argo.default_project

import data.lib.applications

deny contains {
	"msg": "the application is in the project `default`, which lets it apply anything anywhere",
	"route": array.concat(application.route, ["project"]),
	"help": "write a project that names its repositories and namespaces",
} if {
	some application in applications.specs
	object.get(application.spec, "project", "") in {"", "default", null}
}
