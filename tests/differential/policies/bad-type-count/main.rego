package main

warn_type contains sprintf("%v", [count(input.kind + 1)]) if input.kind
