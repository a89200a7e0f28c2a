# The library that stands between the daemon and the C library. It is preloaded, so it is never
# instrumented: what the daemon is built with comes after it.
add_library(newstag_faults MODULE calls.c record.c inject.c)
target_compile_definitions(newstag_faults PRIVATE _GNU_SOURCE)
target_compile_options(newstag_faults PRIVATE -fno-sanitize=all -U_FORTIFY_SOURCE)
target_link_options(newstag_faults PRIVATE -fno-sanitize=all)
target_link_libraries(newstag_faults PRIVATE ${CMAKE_DL_LIBS})

add_library(newstag_clock MODULE clock.c)
target_compile_definitions(newstag_clock PRIVATE _GNU_SOURCE)
target_compile_options(newstag_clock PRIVATE -fno-sanitize=all -U_FORTIFY_SOURCE)
target_link_options(newstag_clock PRIVATE -fno-sanitize=all)
target_link_libraries(newstag_clock PRIVATE ${CMAKE_DL_LIBS})

add_executable(powerloss_check powerloss.c promises.c disk.c cut.c)
target_link_libraries(powerloss_check newstag)

# Every byte of a small journal turned over; the suite takes some of them.
add_executable(flip flip.c)
target_link_libraries(flip newstag)
add_test(NAME faults.flip COMMAND flip --step 397)
set_tests_properties(faults.flip PROPERTIES LABELS faults TIMEOUT 600)

set(preload_environment
	NEWSTAGD=$<TARGET_FILE:newstagd>
	NEWSTAG=$<TARGET_FILE:newstag_tool>
	NEWSTAG_FAULTS=$<TARGET_FILE:newstag_faults>
	NEWSTAG_CLOCK=$<TARGET_FILE:newstag_clock>
	POWERLOSS_CHECK=$<TARGET_FILE:powerloss_check>
	PYTHONDONTWRITEBYTECODE=1
)
if(NEWSTAG_SANITIZE)
	list(APPEND preload_environment NEWSTAG_DEADLINE=240)
endif()

function(preload_test name)
	add_test(NAME faults.${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/${name}.py ${ARGN})
	set_tests_properties(faults.${name} PROPERTIES LABELS faults TIMEOUT 600
		ENVIRONMENT "${preload_environment}")
endfunction()

# ThreadSanitizer wants to be the first of all libraries.
if(NOT NEWSTAG_SANITIZE MATCHES thread)
	preload_test(powerloss --points 60 --generations 2 --daemons 2 --seconds 2)
	preload_test(syscalls --sample 4)
	preload_test(full --rounds 3)
	add_test(NAME faults.clock COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/e2e/test_clock.py)
	set_tests_properties(faults.clock PROPERTIES LABELS faults TIMEOUT 600
		ENVIRONMENT "${preload_environment}")
	add_test(NAME faults.full-budget COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/full.py
		--rounds 3 --disk budget --durability events)
	set_tests_properties(faults.full-budget PROPERTIES LABELS faults TIMEOUT 600
		ENVIRONMENT "${preload_environment}")
endif()
