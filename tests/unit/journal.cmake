unit_test(journal journal)
