package main

kind := "a" if input.kind

kind := "b" if input.metadata

deny contains kind
