package other

violation contains {"msg": "other", "n": count(input)}
