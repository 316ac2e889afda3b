package lib.text

letters contains x if some x in ["b", "a"]

loud(x) := concat("", [upper(x), "!"])

count_letters(t) := {letter: n |
	some letter in split(t, "")
	n := count([1 | some other in split(t, ""); other == letter])
}
