package main

documents := [document.contents | some document in input] if is_array(input)

documents := [input] if not is_array(input)

deny contains sprintf("%v", [documents[i].kind]) if some i
