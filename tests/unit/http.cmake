unit_test(http http)
