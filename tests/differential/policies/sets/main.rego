package main

a := {x | some x in [3, "b", null, true, [1], {"k": 1}, {2}, 1.5, "a"]}

warn contains sprintf("%v", [a])

warn_each contains sprintf("%v", [x]) if some x in a

warn_ops contains sprintf("%v %v %v", [a & {3, "b"}, a - {3}, {1} | {2}])

deny contains x if {
	some x in a
	not is_object(x)
}

deny_objects contains {"msg": sprintf("%v", [x]), "x": x} if some x in a
