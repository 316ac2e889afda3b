package main

deny contains "set"
