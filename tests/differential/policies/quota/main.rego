package main

total_cpu := sum([units.parse(container.resources.requests.cpu) | some container in input.spec.template.spec.containers])

total_memory := sum([units.parse_bytes(container.resources.requests.memory) | some container in input.spec.template.spec.containers])

replicas := object.get(input.spec, "replicas", 1)

deny contains sprintf("%v cpus are too many", [total_cpu * replicas]) if total_cpu * replicas > 2

deny contains sprintf("%v bytes are too many", [total_memory * replicas]) if total_memory * replicas > 1000000000

warn contains sprintf("%v and %v", [total_cpu, total_memory])
