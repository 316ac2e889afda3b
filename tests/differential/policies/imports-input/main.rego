package main

import input.metadata as meta
import input.spec.template.spec.containers

deny contains sprintf("%s has %d containers", [meta.name, count(containers)]) if count(containers) > 0

warn contains sprintf("%v", [meta.labels])
