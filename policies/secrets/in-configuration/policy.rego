# METADATA
# title: Annotations and values of charts hold no secrets
# custom:
#   severity: error
#   rows: [X08]
package secrets.in_configuration

import data.lib.pods
import data.lib.secrets

deny contains {
	"msg": sprintf("%s holds %s", [found.what, secret]),
	"route": found.route,
	"help": "refer to a Secret instead, and change what was written, as it is known now",
} if {
	some found in _texts
	is_string(found.text)
	secret := _secret(found)
}

_secret(found) := shape if {
	shape := secrets.shape(found.text)
} else := address if {
	address := secrets.address(found.text)
} else := sprintf("a secret of %d characters, by its name", [count(found.text)]) if {
	secrets.named(found.name)
	secrets.literal(found.text)
	not contains(found.text, "\n")
} else := sprintf("what is written for `%s`", [sort(names)[0]]) if {
	found.is_file
	names := secrets.lines(found.text)
	count(names) > 0
}

_texts contains {"what": sprintf("the annotation `%v`", [key]), "name": "", "text": text, "route": ["metadata", "annotations", key], "is_file": false} if {
	some key, text in input.metadata.annotations
}

_texts contains {"what": sprintf("the annotation `%v`", [key]), "name": "", "text": text, "route": pods.below(pod.metadata_route, ["annotations", key]), "is_file": false} if {
	some pod in pods.all
	pod.metadata_route != ["metadata"]
	some key, text in pod.annotations
}

_texts contains {"what": "the chart's values", "name": "", "text": source.values.helm.values, "route": array.concat(source.route, ["helm", "values"]), "is_file": true} if {
	some source in _sources
}

_texts contains {"what": sprintf("the chart's parameter `%v`", [parameter.name]), "name": parameter.name, "text": parameter.value, "route": array.concat(source.route, ["helm", "parameters", index, "value"]), "is_file": false} if {
	some source in _sources
	some index, parameter in source.values.helm.parameters
}

_texts contains {"what": sprintf("the chart's value `%s`", [concat(".", steps)]), "name": steps[count(steps) - 1], "text": text, "route": array.concat(source.route, array.concat(["helm", "valuesObject"], steps)), "is_file": false} if {
	some source in _sources
	some first, outer in source.values.helm.valuesObject
	some [steps, text] in _leaves(first, outer)
}

# Values of a chart, three steps deep, where settings of programs stand.
_leaves(first, outer) := ({[[first], outer] | is_string(outer)} | {[[first, second], text] | is_object(outer); some second, text in outer; is_string(text)}) | {[[first, second, third], text] | is_object(outer); some second, inner in outer; is_object(inner); some third, text in inner; is_string(text)}

_sources contains {"route": ["spec", "source"], "values": input.spec.source} if input.kind == "Application"

_sources contains {"route": ["spec", "sources", index], "values": source} if {
	input.kind == "Application"
	some index, source in input.spec.sources
}

_sources contains {"route": ["spec", "template", "spec", "source"], "values": input.spec.template.spec.source} if input.kind == "ApplicationSet"
