package main

deny["any"] { any([input.kind == "Service", false]) }

warn["all"] { all([true, true]) }

warn[msg] { re_match("^D", input.kind); msg := "old name" }

warn[msg] { set_diff({1, 2}, {1}, x); msg := sprintf("%v", [x]) }

warn[msg] { cast_set([1], x); msg := sprintf("%v", [x]) }
