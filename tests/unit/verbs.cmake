unit_test(verbs lines)
