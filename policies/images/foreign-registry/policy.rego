# METADATA
# title: Images come from the environment's registries
# custom:
#   severity: error
#   needs: [environment]
#   rows: [I03]
#   aliases: [kyverno/restrict-image-registries, gatekeeper/allowedreposv2]
package images.foreign_registry

import data.lib.environment
import data.lib.images

deny contains {
	"msg": sprintf("`%s` comes from none of the environment's registries: %s", [image.text, concat(", ", registries)]),
	"route": image.route,
	"help": sprintf("copy the image to `%s` and name it from there", [registries[0]]),
} if {
	registries := environment.known.images.registries
	some image in images.all
	name := images.full(image.name)
	count({registry | some registry in registries; startswith(name, sprintf("%s/", [trim_suffix(registry, "/")]))}) == 0
}
