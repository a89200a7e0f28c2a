unit_test(verbs gap)
unit_test(verbs lines)
