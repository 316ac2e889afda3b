package main

deny contains msg if {
	a := input.metadata
	b := object.get(a, "labels", {})
	c := [k | some k, _ in b]
	d := sort(c)
	e := concat(",", d)
	f := sprintf("labels: %s", [e])
	g := trim_right(f, ",")
	msg := g
}
