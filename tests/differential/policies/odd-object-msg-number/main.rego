package main

deny contains {"msg": 7} if input.kind == "Service"

deny contains "plain"
