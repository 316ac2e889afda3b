# METADATA
# title: Images have a tag that does not move
# custom:
#   severity: error
#   rows: [I01]
#   aliases:
#     - kube-linter/latest-tag
#     - kube-score/container-image-tag
#     - polaris/tagNotSpecified
#     - CKV_K8S_14
#     - kyverno/disallow-latest-tag
#     - gatekeeper/disallowedtags
package images.mutable_tag

import data.lib.images

deny contains {
	"msg": sprintf("`%s` names no fixed image: tomorrow it may be another", [image.text]),
	"route": image.route,
	"help": sprintf("write the release and its digest: `%s:1.2.3@sha256:…`", [image.name]),
} if {
	some image in images.all
	images.moves(image)
}
