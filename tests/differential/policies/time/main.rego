package main

deny contains msg if {
	made := time.parse_rfc3339_ns(input.metadata.creationTimestamp)
	made < time.parse_rfc3339_ns("2024-01-01T00:00:00Z")
	[y, m, d] := time.date(made)
	msg := sprintf("old: %d-%02d-%02d", [y, m, d])
}

warn contains msg if {
	made := time.parse_rfc3339_ns(input.metadata.creationTimestamp)
	msg := sprintf("%v on %v, %v", [time.clock(made), time.weekday(made), time.diff(made, 0)])
}

warn_later contains time.format(time.add_date(time.parse_rfc3339_ns(input.metadata.creationTimestamp), 1, 2, 3))
