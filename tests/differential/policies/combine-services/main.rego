package main

services contains document.contents.spec.selector.app if {
	some document in input
	document.contents.kind == "Service"
}

deny contains sprintf("Deployment %q has no service", [document.contents.metadata.name]) if {
	some document in input
	document.contents.kind == "Deployment"
	not document.contents.spec.selector.matchLabels.app in services
}

warn contains sprintf("%s holds %v", [document.path, document.contents.kind]) if some document in input
