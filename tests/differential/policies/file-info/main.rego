package main

warn contains data.conftest.file.name

deny contains sprintf("%s is no place for %s", [d, input.kind]) if {
	d := split(data.conftest.file.dir, "/")[count(split(data.conftest.file.dir, "/")) - 1]
	d == "wrong"
}
