unit_test(verbs gap)
