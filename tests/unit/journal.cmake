foreach(name journal spool held format reader mark)
	unit_test(journal ${name})
	target_sources(test_${name} PRIVATE journal_fixture.c)
endforeach()
