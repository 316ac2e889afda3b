package main

warn contains {"msg": "data", "at": data.at}

deny contains sprintf("%v", [data.at])
