unit_test(yaml yaml)
