package main

deny := "a text"

warn := ["first", "second", {"msg": "third", "x": 1}, 4]

violation := {"a": "b"}
