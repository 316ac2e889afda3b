package main

warn contains sprintf("%v", [to_number(v)]) if some v in ["1", "1.5", "-3", "1e3", true, false, null]

warn contains sprintf("%v", [v]) if {
	some v in [x | some x in ["0x10", "", " 1", "abc"]; to_number(x)]
}

warn contains sprintf("%v", [v]) if v := is_boolean(input.enabled)

deny contains "enabled is text" if is_string(input.enabled)

deny contains "enabled is true" if input.enabled == true
