unit_test(rules pattern)
add_executable(pack_schema pack_schema.c)
target_link_libraries(pack_schema newstag)
add_test(NAME unit.pack_schema COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/pack_schema.py
	$<TARGET_FILE:pack_schema> ${CMAKE_SOURCE_DIR}/tests/rules/worked/base.yaml
	${CMAKE_SOURCE_DIR}/tests/rules/worked/rules.yaml)
set_tests_properties(unit.pack_schema PROPERTIES LABELS rules TIMEOUT 120)
add_library(rules_support STATIC rules_support.c)
target_link_libraries(rules_support newstag PkgConfig::CHECK)
foreach(name cue attribution decide resolve)
	unit_test(rules ${name})
	target_link_libraries(test_${name} rules_support)
endforeach()
unit_test(rules worked)
