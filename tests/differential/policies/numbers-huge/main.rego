package main

warn contains json.marshal([1e400])

warn contains "huge" if 1e400 > 1
