# METADATA
# title: Images are pinned by digest
# custom:
#   severity: warning
#   rows: [I02]
#   aliases: [CKV_K8S_43, kyverno/require-image-checksum, gatekeeper/imagedigests]
package images.no_digest

import data.lib.environment
import data.lib.images

# An environment may be content with tags. Tags that move are the business of `images/mutable-tag`.
deny contains {
	"msg": sprintf("`%s` is not pinned by digest: its tag can be pushed again", [image.text]),
	"route": image.route,
	"help": sprintf("write `%s@sha256:…`, with the digest that `crane digest` tells", [image.text]),
} if {
	not _tags_suffice
	some image in images.all
	image.digest == ""
	not images.moves(image)
}

_tags_suffice if environment.known.images.pin == "tag"
