# METADATA
# title: Ingresses name their host
# custom:
#   severity: warning
#   kinds: [Ingress, Gateway]
#   rows: [N15]
#   aliases: [gatekeeper/block-wildcard-ingress, kyverno/restrict-ingress-wildcard]
package network.any_host

deny contains {
	"msg": "the rule takes requests for whatever host, those of other models too",
	"route": ["spec", "rules", index, "host"],
	"help": "write the host that the model is called by, as `host: ranker.example.com`",
} if {
	input.kind == "Ingress"
	some index, rule in input.spec.rules
	is_object(rule)
	contains(object.get(rule, "host", "*"), "*")
}

deny contains {
	"msg": "the server takes requests for whatever host, those of other models too",
	"route": ["spec", "servers", index, "hosts", place],
	"help": "write the host that the model is called by, as `ranker.example.com`",
} if {
	input.kind == "Gateway"
	startswith(input.apiVersion, "networking.istio.io/")
	some index, server in input.spec.servers
	some place, host in server.hosts
	host in {"*", "*/*", "./*"}
}
