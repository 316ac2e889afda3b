# METADATA
# title: Sources and destinations say one thing
# custom:
#   severity: error
#   kinds: [Application, ApplicationSet]
#   rows: [C04]
#   aliases: [kyverno/application-field-validation]
package argo.ambiguous_source

import data.lib.applications

deny contains {
	"msg": "the source has both a path and a chart: Argo CD refuses it",
	"route": array.concat(source.route, ["chart"]),
	"help": "keep `path` for a directory of a Git repository, `chart` for a chart of a Helm repository",
} if {
	some source in applications.sources
	source.source.path
	source.source.chart
}

deny contains {
	"msg": "the source has neither a path nor a chart: there is nothing to apply",
	"route": source.route,
	"help": "write the `path` of a directory, or a `chart`",
} if {
	input.kind == "Application"
	some source in applications.sources
	is_object(source.source)
	count({key | some key in ["path", "chart", "ref", "plugin"]; source.source[key]}) == 0
}

deny contains {
	"msg": "the destination names its cluster twice, by name and by server: Argo CD refuses it",
	"route": array.concat(application.route, ["destination", "server"]),
	"help": "keep one of them",
} if {
	some application in applications.specs
	object.get(application.spec, ["destination", "name"], "") != ""
	object.get(application.spec, ["destination", "server"], "") != ""
}

deny contains {
	"msg": "the destination names no cluster",
	"route": array.concat(application.route, ["destination"]),
	"help": "write its `name` or its `server`",
} if {
	input.kind == "Application"
	some application in applications.specs
	object.get(application.spec, ["destination", "name"], "") == ""
	object.get(application.spec, ["destination", "server"], "") == ""
}
