unit_test(bus bus)
