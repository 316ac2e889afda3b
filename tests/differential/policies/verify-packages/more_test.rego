package more_test

import data.lib

test_double if {
	print("in test", lib.double(3))
	lib.double(3) == 6
}

test_same_name if true

test_same_name if false

test_mock if lib.double(2) == 7 with data.lib.double as 7

test_data if data.settings.limit == 3

test_builtin_error if to_number("x") == 1

test_not_builtin_error if not to_number("x")
