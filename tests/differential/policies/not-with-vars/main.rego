package main

deny contains "nobody is privileged" if {
	not privileged
}

privileged if input.spec.template.spec.containers[_].securityContext.privileged

deny contains "no volume is a secret" if not input.spec.template.spec.volumes[0].secret

warn contains "no kind" if not input.kind

warn contains "null spec" if input.spec == null

warn contains "not false" if not input.disabled

f(x) if x.a

warn contains "f of undefined" if not f(input.nothing)
