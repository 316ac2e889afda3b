# METADATA
# title: Services stay inside the cluster
# custom:
#   severity: error
#   kinds: [Service]
#   rows: [N14]
#   aliases:
#     - kube-linter/exposed-services
#     - kube-score/service-type
#     - gatekeeper/block-loadbalancer-services
#     - gatekeeper/block-nodeport-services
#     - gatekeeper/externalip
#     - kyverno/restrict-node-port
#     - kyverno/restrict-loadbalancer
#     - kyverno/restrict-service-external-ips
package network.exposed_service

deny contains {
	"msg": sprintf("the Service is open to the outside by `%s`, past the gateway with its logins and limits", [input.spec.type]),
	"route": ["spec", "type"],
	"help": "write `type: ClusterIP`, and lead callers from outside through the gateway",
} if {
	input.kind == "Service"
	input.spec.type in {"LoadBalancer", "NodePort"}
	not _is_internal
	not _is_gateway
}

deny contains {
	"msg": "the Service takes traffic for addresses outside the cluster",
	"route": ["spec", "externalIPs"],
	"help": "remove `externalIPs`, and lead callers from outside through the gateway",
} if {
	input.kind == "Service"
	count(input.spec.externalIPs) > 0
}

# A balancer of the private network.
_internal := {
	"networking.gke.io/load-balancer-type": "internal",
	"cloud.google.com/load-balancer-type": "internal",
	"service.beta.kubernetes.io/azure-load-balancer-internal": "true",
	"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
	"service.beta.kubernetes.io/aws-load-balancer-internal": "true",
}

_is_internal if {
	input.spec.type == "LoadBalancer"
	some name, value in _internal
	lower(input.metadata.annotations[name]) == value
}

# The gateway itself must be reached.
_is_gateway if {
	input.spec.type == "LoadBalancer"
	some key in ["istio", "app", "app.kubernetes.io/name", "gateway.networking.k8s.io/gateway-name"]
	regex.match(`ingress|gateway`, input.spec.selector[key])
}
