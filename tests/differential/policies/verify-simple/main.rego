package main

deny contains sprintf("%s is small", [input.name]) if input.size < 3
