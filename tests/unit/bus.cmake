unit_test(bus bus)
unit_test(bus curve)
unit_test(bus feed)
unit_test(bus output)
