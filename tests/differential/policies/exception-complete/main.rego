package main

exception := [["x"], ["y", "x"]]

deny_x contains "x is wrong"

deny_y contains "y is wrong"

deny_z contains "z is wrong"
