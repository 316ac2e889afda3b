package main

wildcard(rule) if "*" in rule.verbs

wildcard(rule) if "*" in rule.resources

deny contains {"msg": msg, "rule": i, "verbs": rule.verbs} if {
	some i, rule in input.rules
	wildcard(rule)
	msg := sprintf("rule %d of %s has a wildcard", [i, input.metadata.name])
}

warn contains sprintf("%v", [array.slice(input.rules, 0, 1)])

warn_secrets contains sprintf("may read secrets: %v", [sort([verb | some rule in input.rules; "secrets" in rule.resources; some verb in rule.verbs])])
