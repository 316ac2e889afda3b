package main

deny contains "a" if input.kind == "Service"
deny contains "b" if { input.kind == "Service"; input.spec.ports[0].port == 80 }
deny contains msg if msg := sprintf("%v", [input.kind])
warn contains "c" if not input.kind == "Service"
warn contains "d" if input.kind != "Service"
