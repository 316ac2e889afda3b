package main

import rego.v1
import future.keywords

deny contains "v1" if input.kind
