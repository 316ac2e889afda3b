package main

warn contains sprintf("%v", [x]) if {
	some x in [0.1 + 0.2, 1e3, 1E-7, 100000000000000000000, 1.0, 10 / 4, 10 / 5, -0, 3 - 5, 2 * 3.5, 1e21, 0.000001]
}

warn contains json.marshal([0.1 + 0.2, 1.0, 10 / 4, 123456789012345678901234567890])

deny_division contains sprintf("%v", [x]) if x := 1 / input.zero

deny_shift contains sprintf("%v", [[bits.lsh(1, 70), bits.and(12, 10), bits.xor(5, 1), bits.negate(3)]])
