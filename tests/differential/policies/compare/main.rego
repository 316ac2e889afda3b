package main

warn contains "1 == 1.0" if 1 == 1.0

warn contains "null < false" if null < false

warn contains "text < list" if "z" < []

warn contains "list < object" if [9] < {}

warn contains "object < set" if {"z": 9} < {0}

warn contains "lists" if [1, 2] < [1, 3]

warn contains "shorter" if [1, 2] < [1, 2, 0]

warn contains "objects" if {"a": 1} < {"a": 2}

warn contains "keys" if {"a": 9} < {"b": 0}

warn contains "mixed" if {1, "a"} > {1}

deny contains "never" if {1: 2} == input.kind
