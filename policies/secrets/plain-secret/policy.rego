# METADATA
# title: Secrets are not committed
# custom:
#   severity: error
#   kinds: [Secret]
#   rows: [X05, C13]
#   aliases: [kyverno/disallow-all-secrets]
package secrets.plain_secret

deny contains {
	"msg": sprintf("%s stands in Git with its values: %s", [_what, concat(", ", keys)]),
	"route": [field],
	"help": "remove it, let an ExternalSecret or a SealedSecret bring it, and change what was in it",
} if {
	input.kind == "Secret"
	not input.sops
	some field in ["data", "stringData"]
	keys := [sprintf("`%s`", [key]) | some key, value in input[field]; _is_written(value)]
	count(keys) > 0
}

_of_argo := object.get(input, ["metadata", "labels", "argocd.argoproj.io/secret-type"], "")

_words := {
	"cluster": "the key to a whole cluster",
	"repository": "the key to a repository",
	"repo-creds": "the key to all repositories of a server",
}

_what := object.get(_words, _of_argo, "the Secret")

# What is filled in or decrypted on the way to the cluster is none.
_is_written(value) if {
	is_string(value)
	not regex.match(`^\s*($|<|\$\{|\{\{|ENC\[|AQ==$|ref\+)`, value)
}
