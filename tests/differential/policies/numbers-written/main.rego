package main

warn contains json.marshal([1e3, 2.50])
