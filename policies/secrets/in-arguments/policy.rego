# METADATA
# title: Secrets are not written into commands
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [X02]
package secrets.in_arguments

import data.lib.pods
import data.lib.secrets

_names := `password|passwd|passphrase|token|api[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?secret|app[_-]?secret|private[_-]?key`

_assignment := sprintf(`(?i)(?:^|[\s;&"'])(?:--?|export\s+|-e\s+)?((?:[a-z0-9]+[_.-])*(?:%s))=("[^"]*"|'[^']*'|[^\s;&|"']+)`, [_names])

_option := sprintf(`(?i)(?:^|\s)--?((?:[a-z0-9]+[_.-])*(?:%s))\s+("[^"]*"|'[^']*'|[^\s;&|"'-][^\s;&|"']*)`, [_names])

_flag := sprintf(`(?i)^--?((?:[a-z0-9]+[_.-])*(?:%s))$`, [_names])

deny contains {
	"msg": sprintf("container `%v` has the secret `%s` written out in its %s: %d characters", [container.name, name, key, length]),
	"route": pods.below(container.route, [key, index]),
	"help": "let the program read it from a file, or write `$(NAME)` for a variable that comes from a Secret; and change it",
} if {
	some container in pods.containers
	some key in ["command", "args"]
	words := pods.sequence(container.value, key)
	some index, text in words
	[name, length] := _secret(words, index, text)
	not secrets.address(text)
}

deny contains {
	"msg": sprintf("container `%v` has %s written out in its %s", [container.name, shape, key]),
	"route": pods.below(container.route, [key, index]),
	"help": "let the program read it from a file, or write `$(NAME)` for a variable that comes from a Secret; and change it",
} if {
	some container in pods.containers
	some key in ["command", "args"]
	words := pods.sequence(container.value, key)
	some index, text in words
	shape := secrets.shape(text)
	not _secret(words, index, text)
}

deny contains {
	"msg": sprintf("container `%v` has %s written out in its script", [container.name, shape]),
	"route": pods.below(container.route, ["source"]),
	"help": "let the script read it from a file or a variable that comes from a Secret; and change it",
} if {
	some container in pods.containers
	container.role == "script"
	shape := secrets.shape(container.value.source)
}

# The first secret of a word: its name and length. Or the word is what the option before it asks for.
_secret(words, index, text) := found[0] if {
	found := array.concat(_within(text), _after(words, index, text))
	count(found) > 0
}

_within(text) := [[match[1], count(value)] |
	regex.match(`(?i)pass|token|key|secret`, text)
	some pattern in [_assignment, _option]
	some match in regex.find_all_string_submatch_n(pattern, text, -1)
	value := trim(match[2], `"'`)
	secrets.named(match[1])
	secrets.literal(value)
]

_after(words, index, text) := [[match[1], count(text)] |
	index > 0
	some match in regex.find_all_string_submatch_n(_flag, words[index - 1], 1)
	secrets.named(match[1])
	not startswith(text, "-")
	secrets.literal(text)
]
