package main

deny_ contains "trailing"

deny__x contains "double"

denyfoo contains "no underscore"

deny_a_b_1 contains "counts"

Deny contains "upper"

warning contains "no"

warn_A contains "counts too"

violations contains "no"

deny_nothing := "x" if false

_deny contains "no"
