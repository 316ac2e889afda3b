package other

violation contains {"msg": "other, again"} if input.spec

deny_more contains "more" if input.kind == "Service"
