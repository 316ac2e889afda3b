# METADATA
# title: Projects name what they allow
# custom:
#   severity: error
#   kinds: [AppProject]
#   rows: [C02]
#   aliases: [kyverno/appproject-clusterresourceblacklist]
package argo.open_project

deny contains {
	"msg": "the project takes manifests from every repository",
	"route": ["spec", "sourceRepos", index],
	"help": "write the repositories",
} if {
	input.kind == "AppProject"
	some index, repository in input.spec.sourceRepos
	regex.match(`^\*+$`, repository)
}

deny contains {
	"msg": sprintf("the project applies to every %s", [concat(" and every ", [_words[field] | some field in wild])]),
	"route": ["spec", "destinations", index, wild[0]],
	"help": "write the clusters and namespaces",
} if {
	input.kind == "AppProject"
	some index, destination in input.spec.destinations
	wild := [field | some field in ["namespace", "server", "name"]; regex.match(`^\*+$`, destination[field])]
	count(wild) > 0
}

deny contains {
	"msg": "the project applies every kind of object of the whole cluster, such as ClusterRoles and webhooks",
	"route": ["spec", "clusterResourceWhitelist", index, "kind"],
	"help": "write the kinds that are needed, or an empty list",
} if {
	input.kind == "AppProject"
	some index, allowed in input.spec.clusterResourceWhitelist
	allowed.kind == "*"
}

_words := {"namespace": "namespace", "server": "cluster", "name": "cluster"}
