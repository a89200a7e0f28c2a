unit_test(wire decode)
