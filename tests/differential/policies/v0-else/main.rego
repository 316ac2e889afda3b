package main

default level = 0

level = 1 { input.kind == "Service" } else = 2 { input.kind == "Deployment" }

deny[msg] { level > 0; msg := sprintf("level %d", [level]) }

in_set(x) { {"a", "b"}[x] }

warn["a"] { in_set("a") }
