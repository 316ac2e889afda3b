# METADATA
# title: Revisions are kept to go back to
# custom:
#   severity: warning
#   kinds: [Deployment, StatefulSet, DaemonSet, Rollout]
#   rows: [L09]
#   fix: true
package reliability.no_revisions

deny contains {
	"msg": "no revision is kept but the one that runs: `kubectl rollout undo`, and an abort of a Rollout, have nothing to go back to",
	"route": ["spec", "revisionHistoryLimit"],
	"help": "leave it out, or write at least 2",
	"fix": {"drop": [["spec", "revisionHistoryLimit"]]},
} if {
	input.spec.revisionHistoryLimit == 0
}
