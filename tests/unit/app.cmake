unit_test(app app)
unit_test(app ring)
