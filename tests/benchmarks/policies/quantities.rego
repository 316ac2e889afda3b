package lib.quantities

import rego.v1

memory_units := {"Ki": 1024, "Mi": 1048576, "Gi": 1073741824}

memory(text) := number * factor if {
	found := regex.find_all_string_submatch_n(`^([0-9]+)([KMG]i)$`, text, 1)[0]
	number := to_number(found[1])
	factor := memory_units[found[2]]
}

memory(text) := to_number(text) if regex.match(`^[0-9]+$`, text)

cpu(text) := to_number(trim_suffix(text, "m")) if endswith(text, "m")

cpu(text) := to_number(text) * 1000 if not endswith(text, "m")
