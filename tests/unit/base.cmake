unit_test(base err)
