package main

deny contains "é" if input.kind == “Service”
