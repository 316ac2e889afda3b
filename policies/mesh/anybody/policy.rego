# METADATA
# title: Authorization policies allow known callers
# custom:
#   severity: error
#   kinds: [AuthorizationPolicy]
#   rows: [Z06]
package mesh.anybody

deny contains {
	"msg": sprintf("`%s` of %s allows every caller that has one", [value, field]),
	"route": ["spec", "rules", index, "from", place, "source", field, item],
	"help": sprintf("write the callers, as `%s`", [_examples[field]]),
} if {
	some index, allowed in _allowed
	some place, origin in allowed.from
	some field in ["principals", "namespaces"]
	some item, value in origin.source[field]
	regex.match(`^\*$|^\*/sa/`, value)
}

deny contains {
	"msg": "`*` allows every method, those that change and delete too",
	"route": ["spec", "rules", index, "to", place, "operation", "methods", item],
	"help": "write the methods that callers need, as `POST`",
} if {
	some index, allowed in _allowed
	some place, target in allowed.to
	some item, value in target.operation.methods
	value == "*"
}

deny contains {
	"msg": sprintf("`%s` allows everything but what it names: whatever comes tomorrow is allowed too", [field]),
	"route": ["spec", "rules", index, "from", place, "source", field],
	"help": "name who is allowed, or refuse by a policy of `action: DENY`",
} if {
	some index, allowed in _allowed
	some place, origin in allowed.from
	some field in ["notPrincipals", "notNamespaces", "notRequestPrincipals", "notIpBlocks", "notRemoteIpBlocks"]
	count(origin.source[field]) > 0
	not _names_callers(origin.source)
}

deny contains {
	"msg": sprintf("`%s` allows everything but what it names: whatever comes tomorrow is allowed too", [field]),
	"route": ["spec", "rules", index, "to", place, "operation", field],
	"help": "name what is allowed, or refuse by a policy of `action: DENY`",
} if {
	some index, allowed in _allowed
	some place, target in allowed.to
	some field in ["notPaths", "notMethods", "notHosts", "notPorts"]
	count(target.operation[field]) > 0
	not _names_some(target.operation, field)
}

# What narrows a list is right: all of a namespace but one, or all paths below one but another.
_names_callers(origin) if {
	some key in ["principals", "requestPrincipals", "namespaces", "ipBlocks", "remoteIpBlocks", "serviceAccounts"]
	count(origin[key]) > 0
}

_names_some(target, field) if {
	named := {"notPaths": "paths", "notMethods": "methods", "notHosts": "hosts", "notPorts": "ports"}
	count(target[named[field]]) > 0
}

_examples := {"principals": "cluster.local/ns/planning/sa/planner", "namespaces": "planning"}

_allowed[index] := allowed if {
	input.kind == "AuthorizationPolicy"
	object.get(input.spec, "action", "ALLOW") == "ALLOW"
	some index, allowed in input.spec.rules
}
