package main

warn contains sprintf("%v", [object.keys(input.metadata)])

warn contains sprintf("%v", [object.union(input.metadata, {"name": "other", "x": {"y": 1}})])

warn contains sprintf("%v", [object.remove(input.metadata, ["labels", "annotations"])])

warn contains sprintf("%v", [object.filter(input.metadata, {"name"})])

warn contains sprintf("%v", [json.filter(input, ["metadata/name", "spec/replicas"])])

warn contains sprintf("%v", [json.remove(input, ["spec", "metadata/labels"])])

warn contains sprintf("%v", [json.patch(input.metadata, [{"op": "add", "path": "/x", "value": 1}, {"op": "remove", "path": "/name"}])])

warn contains sprintf("%v", [object.get(input, ["spec", "template", "spec", "containers", 0, "name"], "none")])

warn contains sprintf("%v", [object.subset(input, {"metadata": {"name": "web"}})])
