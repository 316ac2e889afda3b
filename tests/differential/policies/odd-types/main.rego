package main

deny contains 1

deny contains null

deny contains true

deny contains ["a", "list"]

deny contains ""

deny contains "said"

warn contains x if some x in [1.5, "", "warned", false]
