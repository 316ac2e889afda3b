# METADATA
# description: What a secret looks like, by its name and by its shape. No rule may print one.
package lib.secrets

# Whether a thing of this name holds a secret. Language models have tokens that are none.
named(name) if {
	regex.match(`(?i)(password|passwd|passphrase|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|credentials?)$`, name)
	not regex.match(`(?i)(pad|eos|bos|unk|mask|sep|cls|stop|end|start|special|image|video|audio|first|last|per|max|min)[_.-]?token$`, name)
	not regex.match(`(?i)(pull|tls|name|existing|external|use|has|enable|mount)[_.-]?(secret|credentials?)$`, name)
}

# Whether a value is written out, and not a reference, a path, a switch or a gap to be filled.
literal(value) if is_number(value)

literal(value) if {
	is_string(value)
	text := trim_space(value)
	not regex.match(`(?i)^(|true|false|yes|no|on|off|none|null|optional|required|disabled|enabled|x+|\*+)$`, text)
	not regex.match(`^(/|\./|~/|\$|\{|<|%|file:|vault:|arn:|ref\+|secret:|env:|ENC\[|AgA)`, text)
}

# What a text has the shape of, where that is a secret.
shape(text) := found[0] if {
	found := [known.name |
		some known in _known
		some hint in known.hints
		contains(text, hint)
		regex.match(known.pattern, text)
	]
	count(found) > 0
}

_known := [
	{"name": "a private key", "hints": ["PRIVATE KEY-----"], "pattern": `-----BEGIN [A-Z ]*PRIVATE KEY-----`},
	{"name": "a token of Hugging Face", "hints": ["hf_"], "pattern": `\bhf_[A-Za-z0-9]{30,}`},
	{
		"name": "a key of a model's API",
		"hints": ["sk-"],
		"pattern": `\bsk-((ant|proj|svcacct)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})`,
	},
	{"name": "an access key of AWS", "hints": ["AKIA", "ASIA"], "pattern": `\b(AKIA|ASIA)[0-9A-Z]{16}\b`},
	{
		"name": "a token of GitHub",
		"hints": ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
		"pattern": `\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})`,
	},
	{"name": "a token of GitLab", "hints": ["glpat-"], "pattern": `\bglpat-[A-Za-z0-9_-]{20,}`},
	{"name": "a token of Slack", "hints": ["xox"], "pattern": `\bxox[abprs]-[A-Za-z0-9-]{10,}`},
	{"name": "a key of Google", "hints": ["AIza"], "pattern": `\bAIza[0-9A-Za-z_-]{35}`},
	{
		"name": "a signed token",
		"hints": ["eyJ"],
		"pattern": `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
	},
	{
		"name": "the address of a webhook",
		"hints": ["hooks.slack.com/", "/api/webhooks/", "webhook.office.com/"],
		"pattern": `hooks\.slack\.com/services/T\w+/B\w+/\w+|discord(app)?\.com/api/webhooks/\d+/|webhook\.office\.com/webhookb2/\w`,
	},
]

# What an address or a connection string has in it, where that is a secret.
address(text) := "a password in an address" if {
	_has_userinfo(text)
} else := "a password in a connection string" if {
	contains(text, "=")
	regex.match(`(?i)[?&;\s](password|pwd)=[^\s;&$<{*"']`, text)
	regex.match(`(?i)jdbc:|\b(host|server|data source|dbname)=`, text)
} else := "a signature in an address" if {
	contains(text, "://")
	regex.match(`(?i)X-Amz-Signature=[0-9a-f]{16}|[?&]sig=[A-Za-z0-9%+/]{20}`, text)
}

_has_userinfo(text) if {
	contains(text, "://")
	contains(text, "@")
	regex.match(`(?i)[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@$<{*][^/\s@]*@`, text)
}

# A name in a text and what is written for it, as `password: …` or `API_KEY=…` on a line of its own.
lines(text) := {found[2] |
	regex.match(`(?i)password|passwd|passphrase|api[_-]?key|access[_-]?key|secret|token|private[_-]?key`, text)
	some found in regex.find_all_string_submatch_n(
		`(?im)^\s*(-\s+|export\s+)?["']?([\w.-]*(?:password|passwd|passphrase|api[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?secret|auth[_-]?token|private[_-]?key))["']?\s*[:=]\s*["']?([^\s"'(\[{]+)["']?,?\s*$`,
		text, -1,
	)
	literal(found[3])
}
