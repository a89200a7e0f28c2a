unit_test(base clock)
unit_test(base err)
unit_test(base log)
