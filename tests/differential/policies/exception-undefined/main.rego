package main

exception contains ["quiet"] if input.never

deny_quiet contains "not quiet"

deny_loud contains "loud" if input.never
