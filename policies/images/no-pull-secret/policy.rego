# METADATA
# title: Pods can pull from the private registry
# custom:
#   severity: warning
#   scope: release
#   needs: [environment]
#   rows: [X10]
#   aliases: [kyverno/require-imagepullsecrets]
package images.no_pull_secret

import data.lib.environment
import data.lib.images
import data.lib.pods

deny contains {
	"msg": sprintf("the pod has no credentials for the environment's registry: neither it nor its account names `%s`", [names[0]]),
	"route": array.concat([pod.index, "contents"], pods.below(pod.route, ["imagePullSecrets"])),
	"help": sprintf("write `imagePullSecrets: [{name: %s}]`", [names[0]]),
} if {
	names := environment.known.images.pullSecrets
	count(names) > 0
	some pod in pods.released
	pod.kind in pods.plain
	pods.sequence(pod.spec, "imagePullSecrets") == []
	_is_private(pod)
	not _account_may_have(pod)
}

_is_private(pod) if {
	some container in pods.containers_of(pod)
	some registry in environment.known.images.registries
	startswith(images.full(container.value.image), sprintf("%s/", [trim_suffix(registry, "/")]))
}

# An account that is not here may have them; one that is here says so.
_account_may_have(pod) if {
	name := object.get(pod.spec, "serviceAccountName", "")
	not name in {"", "default"}
	not name in {item.contents.metadata.name | some item in input; item.contents.kind == "ServiceAccount"}
}

_account_may_have(pod) if {
	some item in input
	item.contents.kind == "ServiceAccount"
	item.contents.metadata.name == pod.spec.serviceAccountName
	count(item.contents.imagePullSecrets) > 0
}
