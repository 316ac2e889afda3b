package lib_test

import data.lib

test_double if lib.double(2) == 4

test_value := lib.double(1) == 2

test_text := "not a boolean"

test_false := false

test_undefined if input.nothing

test_many[name] if some name in ["a", "b"]

test_cases[name] := value if some name, value in {"a": true, "b": false}
