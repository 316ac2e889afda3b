# METADATA
# title: Hooks of a fixed name are deleted before they are made again
# custom:
#   severity: error
#   kinds: [Job, Pod, Workflow]
#   rows: [C12]
#   fix: true
package argo.hook_stays

deny contains {
	"msg": sprintf("the hook is deleted only after `%s`: otherwise the next sync meets the old %s, which cannot be changed, and fails", [concat(", ", sort(policies)), input.kind]),
	"route": ["metadata", "annotations", key],
	"help": sprintf("add `%s`, or leave the annotation away", [_before[key]]),
	"fix": {"put": [[["metadata", "annotations", key], sprintf("%s,%s", [text, _before[key]])]]},
} if {
	input.kind in {"Job", "Pod", "Workflow"}
	input.metadata.name
	_is_hook
	some key in object.keys(_before)
	text := input.metadata.annotations[key]
	policies := {trim_space(policy) | some policy in split(text, ",")}
	not _before[key] in policies
	count(policies & {"HookSucceeded", "hook-succeeded"}) + count(policies & {"HookFailed", "hook-failed"}) < 2
}

_before := {
	"argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
	"helm.sh/hook-delete-policy": "before-hook-creation",
}

_is_hook if input.metadata.annotations["argocd.argoproj.io/hook"]

_is_hook if input.metadata.annotations["helm.sh/hook"]
