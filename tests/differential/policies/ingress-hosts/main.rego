package main

hosts := [rule.host | some rule in input.spec.rules]

deny contains sprintf("host %s is there %d times", [host, n]) if {
	some host in hosts
	n := count([h | some h in hosts; h == host])
	n > 1
}

deny contains sprintf("%s has no TLS", [host]) if {
	some host in hosts
	secured := {h | some t in input.spec.tls; some h in t.hosts}
	not host in secured
}

warn contains sprintf("%s is a wildcard", [host]) if {
	some host in hosts
	glob.match("\\*.**", [], host)
}
