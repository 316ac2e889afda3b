# METADATA
# title: Pods that do not call the API server have no token for it
# custom:
#   severity: warning
#   scope: release
#   rows: [S11]
#   aliases:
#     - kube-linter/default-service-account
#     - polaris/automountServiceAccountToken
#     - CKV_K8S_38
#     - CKV_K8S_41
#     - kyverno/restrict-automount-sa-token
#     - gatekeeper/automount-serviceaccount-token
#   fix: true
package security.unused_api_token

import data.lib.pods

# Who needs a token needs rights, and who has rights has them by a binding to an account of its own.
deny contains {
	"msg": "the pod gets a token of the API server by the account `default`, which is everybody's",
	"route": _place(pod),
	"help": "write `automountServiceAccountToken: false`",
	"fix": _fix(pod),
} if {
	some pod in pods.released
	pod.kind in _asked
	object.get(pod.spec, "automountServiceAccountToken", true) == true
	_account(pod) == "default"
	not _withheld(pod)
}

deny contains {
	"msg": sprintf("the pod gets a token of the API server by the account `%v`, to which nothing gives any right", [_account(pod)]),
	"route": _place(pod),
	"help": "write `automountServiceAccountToken: false`",
	"fix": _fix(pod),
} if {
	some pod in pods.released
	pod.kind in _asked
	not "automountServiceAccountToken" in object.keys(pod.spec)
	_account(pod) != "default"
	_is_here(pod)
	not _withheld(pod)
	not _is_bound(pod)
}

_place(pod) := array.concat([pod.index, "contents"], pods.below(pod.route, ["automountServiceAccountToken"]))

# Somebody who has written `true`, or has bound the account elsewhere, may have a reason.
_fix(pod) := {} if {
	"automountServiceAccountToken" in object.keys(pod.spec)
} else := {} if {
	_is_bound(pod)
} else := {"put": [[_place(pod), false]]}

# Workflows and Ray report to the API server by the account of their pods.
_asked := (pods.plain | {"InferenceService", "SeldonDeployment"}) - {"Pod"}

_account(pod) := name if {
	name := pod.spec.serviceAccountName
	name != ""
} else := name if {
	name := pod.spec.serviceAccount
	name != ""
} else := "default"

_accounts[name] contains item.contents if {
	is_array(input)
	some item in input
	item.contents.kind == "ServiceAccount"
	name := item.contents.metadata.name
}

_is_here(pod) if _accounts[_account(pod)]

_withheld(pod) if {
	some account in _accounts[_account(pod)]
	account.automountServiceAccountToken == false
}

_is_bound(pod) if {
	some item in input
	item.contents.kind in {"RoleBinding", "ClusterRoleBinding"}
	some subject in item.contents.subjects
	subject.kind == "ServiceAccount"
	subject.name == _account(pod)
}
