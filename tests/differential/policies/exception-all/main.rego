package main

deny contains "one" if input.kind

deny contains "two" if input.kind

warn contains "three"

exception contains [""] if input.kind == "Service"

exception contains {"a": ""} if input.kind == "ConfigMap"

exception contains [1, null, ["x"], ""] if input.kind == "Deployment"
