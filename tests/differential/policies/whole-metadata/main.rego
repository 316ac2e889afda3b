package main

deny contains {"msg": "everything", "input": input}
