# METADATA
# title: Containers install nothing when they start
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [I11]
package images.install_at_start

import data.lib.pods

# A shell's line that fetches programs, or one that a shell gets from the network.
_line := `(?i)\b(pip3?|conda|mamba|npm|yarn|gem|uv pip|poetry|apt-get|apt|yum|dnf|microdnf)\s+(-\S+\s+)*install\b|\bapk\s+(-\S+\s+)*add\b|\b(curl|wget)\b[^|;\n]*\|\s*(sudo\s+)?(ba|z)?sh\b`

_word := `^(.*/)?(pip3?|conda|mamba|npm|apt-get|apt|yum|dnf)$`

deny contains {
	"msg": sprintf("container `%v` installs programs when it starts: each start may bring others, or fail", [container.name]),
	"route": pods.below(container.route, [key, index]),
	"help": "build them into the image",
} if {
	some container in pods.containers
	some key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
	_installs(container.value[key], index, text)
}

deny contains {
	"msg": sprintf("container `%v` installs programs when it starts: each start may bring others, or fail", [container.name]),
	"route": pods.below(container.route, ["source"]),
	"help": "build them into the image",
} if {
	some container in pods.containers
	container.role == "script"
	_installs([], 0, container.value.source)
}

_installs(_, _, text) if {
	regex.match(_line, text)
	not contains(text, "--no-index")
}

_installs(words, index, text) if {
	text == "install"
	some before, word in words
	before < index
	regex.match(_word, word)
	not "--no-index" in words
}
