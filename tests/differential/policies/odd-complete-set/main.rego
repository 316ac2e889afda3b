package main

deny := {"b", "a", {"msg": "c"}}

warn := {"m": 1} if input.kind == "Service"

violation := [] if true
