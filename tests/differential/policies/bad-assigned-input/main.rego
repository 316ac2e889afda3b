package main

input := 1
