unit_test(model version)
