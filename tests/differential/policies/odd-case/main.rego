package main

deny_foo contains "first"

deny_Foo contains "second"

warn_x contains "w"

warn_X contains "v"
