unit_test(conf conf)
unit_test(conf keys)
add_executable(conf_schema conf_schema.c)
target_link_libraries(conf_schema newstag)
add_test(NAME unit.conf_schema COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/conf_schema.py
	$<TARGET_FILE:conf_schema> ${CMAKE_SOURCE_DIR}/config/newstagd.yaml)
set_tests_properties(unit.conf_schema PROPERTIES LABELS conf TIMEOUT 600)
