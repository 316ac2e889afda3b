package main

deny contains {"msg": "with place", "_loc": {"file": "web.yaml", "line": 3}, "code": "X1"} if input.kind

deny contains {"msg": "elsewhere", "_loc": {"file": "other.yaml", "line": 12}}

deny contains {"msg": "no line", "_loc": {"file": "other.yaml"}}

warn contains {"msg": "only line", "_loc": {"line": 4}}

warn contains {"msg": "line as text", "_loc": {"file": "a.yaml", "line": "5"}}

warn contains {"msg": "no object", "_loc": "x"}

violation contains {"msg": "empty", "_loc": {}}

violation contains {"msg": "float", "_loc": {"file": "f.yaml", "line": 2.5}}
