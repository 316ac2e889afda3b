package main

o[k] := v if {
	some k in ["a"]
	some v in [1, 2]
}

deny contains sprintf("%v", [o])
