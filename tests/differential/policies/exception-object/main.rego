package main

exception[name] := ["x"] if some name in ["p", "q"]

deny_x contains "x is wrong"

warn_x contains "x may be wrong"
