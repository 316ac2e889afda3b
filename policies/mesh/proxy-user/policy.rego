# METADATA
# title: Programs do not run as the proxy's user
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [Z12]
#   aliases: [istio/IST0144]
package mesh.proxy_user

import data.lib.environment
import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` runs as user 1337, the proxy's: what it sends goes past the mesh, without mutual TLS and policies", [container.name]),
	"route": pods.below(container.route, ["securityContext", "runAsUser"]),
	"help": "write another user, as `runAsUser: 10001`",
} if {
	some container in pods.containers
	container.value.securityContext.runAsUser == 1337
	container.name != "istio-proxy"
	_in_mesh(container.pod)
}

deny contains {
	"msg": "the pod's containers run as user 1337, the proxy's: what they send goes past the mesh, without mutual TLS and policies",
	"route": pods.below(pod.route, ["securityContext", "runAsUser"]),
	"help": "write another user, as `runAsUser: 10001`",
} if {
	some pod in pods.all
	pod.spec.securityContext.runAsUser == 1337
	_in_mesh(pod)
}

# An environment may have no mesh, and a pod may stay out of it.
_in_mesh(pod) if {
	not _no_mesh
	object.get(pod.labels, "sidecar.istio.io/inject", "true") == "true"
	object.get(pod.annotations, "sidecar.istio.io/inject", "true") == "true"
}

_no_mesh if {
	environment.known
	not environment.known.mesh
}
