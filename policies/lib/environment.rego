# METADATA
# description: What is true of the environment that an object is for.
package lib.environment

# One environment is given as `data.environment`. conftest is given every one, by the settings that
# `modelyard init` writes: there the place of the file says which.
known := data.environment

known := data.environments[name].spec if {
	not data.environment
	count(_names) == 1
	some name in _names
}

_names := {names[count(names) - 1] |
	some place in _places
	steps := split(place, "/")
	names := [name |
		some index, step in steps
		step == "deploy"
		name := steps[index + 1]
		data.environments[name]
	]
}

_places := {item.path | some item in input} if {
	is_array(input)
} else := {data.conftest.file.dir}
