package main

name := input.metadata.name

warn contains upper(name)

warn contains replace(name, "e", "3")

warn contains substring(name, 1, 2)

warn contains substring(name, 1, -1)

warn contains sprintf("%v", [indexof(name, "b")])

warn contains sprintf("%v", [split(name, "")])

warn contains strings.reverse(name)

warn contains trim(name, "wb")

warn contains trim_space("  x \t\n")

warn contains sprintf("%-10s|%10s|%q|%v|%t|%c|%%", [name, name, name, name, true, 65])

warn contains sprintf("%s %d %v", [1, "x", {"a": "b"}])

warn contains sprintf("%s", [])

warn contains sprintf("extra", [1])

warn contains sprintf("%[2]v %[1]v", ["a", "b"])

warn contains sprintf("%v", [strings.count(name, "e")])

warn contains strings.replace_n({"w": "W", "e": "E"}, name)

warn contains sprintf("%v", [indexof_n("abab", "b")])

warn contains sprintf("%v", [strings.any_prefix_match(name, ["we", "x"])])

warn contains sprintf("%v %v %v", [null, true, "quoted"])

warn contains sprintf("%v", [["a", 1, null, true, {"k": ["v"]}, {1, 2}]])
