package main

deny contains "x" if upper(1) == "1"
