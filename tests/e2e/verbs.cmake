# The verbs against a daemon that is played: Debian's python, which has zmq.
foreach(name verbs_control verbs_feed)
	add_test(NAME e2e.${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
	set_tests_properties(e2e.${name} PROPERTIES LABELS "verbs;e2e" TIMEOUT 600
		ENVIRONMENT "NEWSTAG=$<TARGET_FILE:newstag_tool>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
