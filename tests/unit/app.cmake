unit_test(app app)
unit_test(app ring)
unit_test(app sequencer)
unit_test(app replay)
