# METADATA
# title: What is reached from outside is encrypted
# custom:
#   severity: error
#   kinds: [Ingress, Gateway]
#   rows: [N15]
#   aliases: [polaris/tlsSettingsMissing, gatekeeper/httpsonly, kyverno/require-ingress-https]
package network.no_tls

deny contains {
	"msg": "the Ingress has no TLS: requests and answers are read by whoever is on the way",
	"route": ["spec", "tls"],
	"help": "write `tls: [{hosts: […], secretName: …}]`, with the hosts of its rules",
} if {
	input.kind == "Ingress"
	count(object.get(input.spec, "tls", [])) == 0
	not _by_annotation
}

deny contains {
	"msg": "the gateway listens without TLS alone",
	"route": ["spec", "listeners", index, "protocol"],
	"help": "write `protocol: HTTPS` and `tls.certificateRefs`; a listener without TLS may stand beside it, to redirect",
} if {
	input.kind == "Gateway"
	startswith(input.apiVersion, "gateway.networking.k8s.io/")
	count([listener | some listener in input.spec.listeners; listener.protocol in {"HTTPS", "TLS"}]) == 0
	some index, listener in input.spec.listeners
	listener.protocol == "HTTP"
}

deny contains {
	"msg": "the gateway takes requests without TLS",
	"route": ["spec", "servers", index, "port", "protocol"],
	"help": "write `tls: {httpsRedirect: true}` for this server, and one with `protocol: HTTPS` beside it",
} if {
	input.kind == "Gateway"
	startswith(input.apiVersion, "networking.istio.io/")
	some index, server in input.spec.servers
	server.port.protocol in {"HTTP", "HTTP2", "GRPC"}
	object.get(server, ["tls", "httpsRedirect"], false) != true
}

# Certificates of the cloud's balancer.
_by_annotation if {
	some name in [
		"alb.ingress.kubernetes.io/certificate-arn", "networking.gke.io/managed-certificates",
		"ingress.gcp.kubernetes.io/pre-shared-cert", "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
	]
	input.metadata.annotations[name]
}
