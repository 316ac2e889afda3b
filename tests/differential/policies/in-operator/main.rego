package main

allowed := {"Deployment", "Service"}

deny contains sprintf("kind %v", [input.kind]) if not input.kind in allowed

warn contains "a label" if "web" in input.metadata.labels

warn contains "with key" if "app", "web" in input.metadata.labels

warn contains sprintf("%v", ["x" in {"x": "y"}])

warn contains sprintf("%v", [{1 in [1, 2], 3 in [1, 2]}])
