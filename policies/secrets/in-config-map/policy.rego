# METADATA
# title: ConfigMaps hold no secrets
# custom:
#   severity: error
#   kinds: [ConfigMap]
#   rows: [X04]
#   aliases: [polaris/sensitiveConfigmapContent, CKV_SECRET_2]
package secrets.in_config_map

import data.lib.secrets

deny contains {
	"msg": sprintf("`%s` holds %s", [key, secret]),
	"route": ["data", key],
	"help": "move it to a Secret that an ExternalSecret brings, and change it, as it is known now",
} if {
	input.kind == "ConfigMap"
	some key, text in input.data
	is_string(text)
	secret := _secret(key, text)
}

_secret(key, text) := shape if {
	key != ""
	shape := secrets.shape(text)
} else := sprintf("a secret of %d characters, by its name", [count(text)]) if {
	secrets.named(key)
	secrets.literal(text)
	not contains(text, "\n")
	not secrets.address(text)
} else := sprintf("what is written for `%s`", [sort(names)[0]]) if {
	names := secrets.lines(text)
	count(names) > 0
	not secrets.address(text)
}
