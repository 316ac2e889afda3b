package main

deny contains sprintf("%s is older than 1.20.0", [version]) if {
	version := trim_prefix(input.metadata.labels.version, "v")
	semver.is_valid(version)
	semver.compare(version, "1.20.0") < 0
}

warn contains sprintf("%q is no version", [input.metadata.labels.version]) if {
	not semver.is_valid(trim_prefix(input.metadata.labels.version, "v"))
}
