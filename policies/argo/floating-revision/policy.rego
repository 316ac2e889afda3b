# METADATA
# title: Production follows a named revision
# custom:
#   severity: error
#   kinds: [Application, ApplicationSet]
#   rows: [C03]
package argo.floating_revision

import data.lib.applications

deny contains {
	"msg": sprintf("%s: what production runs changes without a change here", [_fault(source.source)]),
	"route": array.concat(source.route, ["targetRevision"]),
	"help": "write a tag or a commit, or a branch in full, as `refs/heads/production`; for a chart its exact version",
} if {
	not _is_elsewhere
	some source in applications.sources
	_fault(source.source)
}

_fault(source) := "no revision is named, which means the newest" if {
	object.get(source, "targetRevision", "") in {"", null}
} else := sprintf("`%s` is a name that moves, and may be a tag as well as a branch", [revision]) if {
	not source.chart
	revision := source.targetRevision
	regex.match(`^(HEAD|main|master|trunk|develop|dev|next|latest|stable)$|\*`, revision)
} else := sprintf("`%s` is a range of versions", [revision]) if {
	source.chart
	revision := source.targetRevision
	regex.match(`[*^~<>=| ]|(?i)(^|\.)x(\.|$)|^\d+(\.\d+)?$|^(HEAD|latest)$`, revision)
}

# Trials may follow whatever is newest.
_is_elsewhere if {
	some place in [input.metadata.name, object.get(input, ["spec", "destination", "namespace"], ""), object.get(input, ["spec", "destination", "name"], "")]
	regex.match(`(^|-)(dev|development|staging|stage|test|testing|qa|preview|sandbox|int)(-|$)`, place)
}
