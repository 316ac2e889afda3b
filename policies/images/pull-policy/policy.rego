# METADATA
# title: Pull policies fit their images
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [I04]
#   aliases:
#     - kube-score/container-image-pull-policy
#     - polaris/pullPolicyNotAlways
#     - CKV_K8S_15
#     - kyverno/always-pull-images
package images.pull_policy

import data.lib.images
import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` is never pulled: it starts only where somebody put its image on the node", [container.name]),
	"route": pods.below(container.route, ["imagePullPolicy"]),
	"help": "write `imagePullPolicy: IfNotPresent`",
} if {
	some container in pods.containers
	container.value.imagePullPolicy == "Never"
}

deny contains {
	"msg": sprintf("container `%v` keeps what a node has of a tag that moves: replicas run different images", [container.name]),
	"route": pods.below(container.route, ["imagePullPolicy"]),
	"help": "pin the image by digest",
} if {
	some container in pods.containers
	container.value.imagePullPolicy == "IfNotPresent"
	route := pods.below(container.route, ["image"])
	some image in images.all
	image.route == route
	images.moves(image)
}
