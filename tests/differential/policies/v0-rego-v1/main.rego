package main

import rego.v1

deny contains "v1 in v0" if input.kind
