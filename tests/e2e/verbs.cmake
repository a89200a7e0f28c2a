# The verbs against a daemon that is played: Debian's python, which has zmq.
add_executable(follow ${CMAKE_CURRENT_LIST_DIR}/../support/follow.c)
target_link_libraries(follow newstag_client_shared)
set(e2e_clients "NEWSTAGD=$<TARGET_FILE:newstagd>;NEWSTAG=$<TARGET_FILE:newstag_tool>"
	"NEWSTAG_FOLLOW=$<TARGET_FILE:follow>;NEWSTAG_DEADLINE=120")
foreach(name backup clients keys replay)
	add_test(NAME e2e.${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
	set_tests_properties(e2e.${name} PROPERTIES LABELS "replay;verbs;e2e" TIMEOUT 600 ENVIRONMENT
		"${e2e_clients};PYTHONDONTWRITEBYTECODE=1")
endforeach()
add_test(NAME e2e.subscribers COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/subscribers.py
	--rounds 6 --items 150 --high-water 20)
set_tests_properties(e2e.subscribers PROPERTIES LABELS "replay;e2e" TIMEOUT 600
	ENVIRONMENT "${e2e_clients};PYTHONDONTWRITEBYTECODE=1")
foreach(name verbs_control verbs_feed)
	add_test(NAME e2e.${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
	set_tests_properties(e2e.${name} PROPERTIES LABELS "verbs;e2e" TIMEOUT 600
		ENVIRONMENT "NEWSTAG=$<TARGET_FILE:newstag_tool>;PYTHONDONTWRITEBYTECODE=1")
endforeach()
# The examples for subscribers, run as a user would.
add_executable(example_blackouts ${CMAKE_SOURCE_DIR}/scripts/examples/blackouts.c)
target_link_libraries(example_blackouts newstag_client_shared PkgConfig::JANSSON)
add_test(NAME e2e.examples COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/test_examples.py)
set_tests_properties(e2e.examples PROPERTIES LABELS e2e TIMEOUT 600 ENVIRONMENT
	"${e2e_clients};NEWSTAG_EXAMPLE=$<TARGET_FILE:example_blackouts>;PYTHONDONTWRITEBYTECODE=1")
