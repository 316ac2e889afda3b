package main

warn contains sprintf("%v", [numbers.range(1, 5)])

warn contains sprintf("%v", [numbers.range(5, 1)])

warn contains sprintf("%v", [numbers.range_step(0, 10, 4)])

deny contains sprintf("replica %d", [i]) if some i in numbers.range(3, input.spec.replicas)
