package main

edges[name] := object.get(document, "needs", []) if {
	some name, document in input.tasks
}

reached := {name: graph.reachable(edges, {name}) | some name, _ in edges}

deny contains sprintf("%s needs itself", [name]) if {
	some name, needed in edges
	some other in needed
	name in graph.reachable(edges, {other})
}

warn contains sprintf("%s reaches %v", [name, found]) if some name, found in reached
