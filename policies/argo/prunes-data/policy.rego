# METADATA
# title: What holds data is not pruned
# custom:
#   severity: error
#   kinds: [Namespace, PersistentVolumeClaim]
#   needs: [environment]
#   rows: [C10]
package argo.prunes_data

import data.lib.environment

# Where changes are synced by themselves, what leaves the tree leaves the cluster.
deny contains {
	"msg": sprintf("if this %s leaves the tree, by a rename for instance, Argo CD deletes it and %s", [input.kind, _lost[input.kind]]),
	"route": ["metadata", "annotations"],
	"help": "write the annotation `argocd.argoproj.io/sync-options: Prune=false,Delete=false`, or `Prune=confirm`",
} if {
	environment.known.argocd.sync == "automatic"
	_lost[input.kind]
	options := object.get(input, ["metadata", "annotations", "argocd.argoproj.io/sync-options"], "")
	is_string(options)
	not regex.match(`(^|,)\s*Prune=(false|confirm)\s*(,|$)`, options)
}

_lost := {"Namespace": "all that is in it", "PersistentVolumeClaim": "its data"}
