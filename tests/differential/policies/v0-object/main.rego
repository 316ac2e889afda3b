package main

deny[key] = value {
	key := "a"
	value := "b"
}

warn = "text" { input.kind }
