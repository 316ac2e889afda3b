# METADATA
# title: Downloads fail when they fail, and are verified
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [R27]
package reliability.unchecked_download

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` downloads with %s", [container.name, concat(", ", lacks)]),
	"route": pods.below(container.route, found.place),
	"help": sprintf("add %s", [concat(", ", [_additions[lack] | some lack in lacks])]),
} if {
	some container in pods.containers
	pods.is_init(container)
	words := _words(container)
	text := concat(" ", [word.text | some word in words])
	_downloads(text)
	some found in [word | some word in words; regex.match(_tools, word.text)]
	found.number == min({word.number | some word in words; regex.match(_tools, word.text)})
	lacks := [lack | some lack in _order; _lacks(lack, text)]
	count(lacks) > 0
}

_words(container) := [word |
	some offset, key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
	is_string(text)
	word := {"text": text, "place": [key, index], "number": (offset * 1000) + index}
]

_tools := `\b(curl|wget|aws|s5cmd|gsutil|gcloud|rclone|azcopy|huggingface-cli|hf|mc)\b`

_curl := `\bcurl\b[^\n;&|]*(\s-[A-Za-z]*[oO]\b|\s--(output|remote-name)\b|>)`

_downloads(text) if {
	regex.match(_curl, text)
	not regex.match(`\s(-[A-Za-z]*o|--output)[ =]?/dev/null`, text)
}

_downloads(text) if {
	regex.match(`\bwget\b`, text)
	not regex.match(`--spider\b|\s-[A-Za-z]*O\s*(-|/dev/null)(\s|$)`, text)
}

_downloads(text) if regex.match(`\b(aws\s+s3|gcloud\s+storage|gsutil(\s+-m)?|s5cmd|rclone|azcopy|mc)\s+([^\n;&|]*\s)?(cp|copy|copyto|sync|rsync|mirror)\b`, text)

_downloads(text) if regex.match(`\b(huggingface-cli|hf)\s+download\b`, text)

_order := [
	"no `--fail`, so that the page of an error passes for the model",
	"no `--retry`",
	"no limit of time",
	"no checksum, so that half a file passes too",
]

_additions := {
	_order[0]: "`--fail`",
	_order[1]: "`--retry 5`",
	_order[2]: "`--max-time 600`",
	_order[3]: "`echo \"$SHA256  $FILE\" | sha256sum -c -`",
}

_lacks(lack, text) if {
	lack == _order[0]
	regex.match(_curl, text)
	not regex.match(`\s--fail|\s-[A-Za-z]*f`, text)
}

_lacks(lack, text) if {
	lack == _order[1]
	regex.match(_curl, text)
	not contains(text, "--retry")
}

_lacks(lack, text) if {
	lack == _order[2]
	regex.match(_curl, text)
	not regex.match(`\s--(max-time|connect-timeout|speed-time|speed-limit)|\s-[A-Za-z]*m\s?\d`, text)
}

# A commit of the Hub names its files by what is in them.
_lacks(lack, text) if {
	lack == _order[3]
	not regex.match(`(?i)(sha(1|224|256|384|512)?|md5|b2|b3|ck|xxh\w*)sum\b|\bshasum\b|\bopenssl\s+dgst\b|--checksum\b|\bcosign\b|\bgpg\b|--revision[ =][0-9a-f]{40}\b`, text)
}
