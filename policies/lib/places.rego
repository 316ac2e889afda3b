# METADATA
# description: Where an object is meant to run, by what it says itself.
package lib.places

# Whether an object says that it is for production, by a label or its namespace.
production(manifest) if {
	some key in ["modelyard.dev/environment", "environment", "env", "app.kubernetes.io/environment"]
	manifest.metadata.labels[key] in {"production", "prod"}
}

production(manifest) if regex.match(`(^|-)prod(uction)?(-|$)`, manifest.metadata.namespace)
