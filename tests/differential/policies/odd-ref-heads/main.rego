package main

deny.foo contains "a ref head"

warn.a.b := "x"

violation["a-b"] := "c"

deny_plain contains "plain"
