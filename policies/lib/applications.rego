# METADATA
# description: Argo CD's applications, and those that an ApplicationSet makes.
package lib.applications

# The spec of an Application, or of what an ApplicationSet makes.
specs contains {"route": ["spec"], "spec": input.spec} if {
	input.kind == "Application"
	is_object(input.spec)
}

specs contains {"route": ["spec", "template", "spec"], "spec": input.spec.template.spec} if {
	input.kind == "ApplicationSet"
	is_object(input.spec.template.spec)
}

# Their sources.
sources contains {"route": array.concat(application.route, ["source"]), "source": application.spec.source} if {
	some application in specs
	is_object(application.spec.source)
}

sources contains {"route": array.concat(application.route, ["sources", index]), "source": source} if {
	some application in specs
	some index, source in application.spec.sources
	is_object(source)
}
