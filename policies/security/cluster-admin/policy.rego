# METADATA
# title: Nothing is bound to `cluster-admin`
# custom:
#   severity: error
#   kinds: [RoleBinding, ClusterRoleBinding]
#   rows: [S14]
#   aliases:
#     - kube-linter/cluster-admin-role-binding
#     - polaris/clusterrolebindingClusterAdmin
#     - kyverno/restrict-binding-clusteradmin
package security.cluster_admin

deny contains {
	"msg": "the binding gives every right that there is",
	"route": ["roleRef", "name"],
	"help": "write a role with the rights that are needed, and bind that",
} if {
	input.kind in {"RoleBinding", "ClusterRoleBinding"}
	input.roleRef.name == "cluster-admin"
	input.roleRef.kind == "ClusterRole"
}
