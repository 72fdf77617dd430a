# How a test is registered. Every test runs through tests/support/run_test.sh, which makes a sanitizer
# report, and a Criterion run that ran nothing, a failure.
#
#     sluice_unit_test(NAME SOURCE...)     Criterion; reaches what the library hides
#     sluice_plain_test(NAME SOURCE...)    a program with its own main(); also built under tsan
#     sluice_fuzz_target(NAME SOURCE...)   LLVMFuzzerTestOneInput; corpus in tests/fuzz/corpus/NAME
#     sluice_script_test(NAME COMMAND...)  any command
#
# NAME is the program's and the test's name. To add libraries, use target_link_libraries(NAME PRIVATE ...).

set(sluice_run_test "${PROJECT_SOURCE_DIR}/tests/support/run_test.sh")
set(sluice_test_logs "${PROJECT_BINARY_DIR}/test-logs")

function(sluice_script_test name)
    add_test(NAME ${name} COMMAND "${sluice_run_test}" "${sluice_test_logs}" ${name} ${ARGN}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" COMMAND_EXPAND_LISTS)
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

# A program of the tests: it may include private headers and tests/support.
function(sluice_test_program name)
    add_executable(${name} ${ARGN})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${name} PRIVATE
        SLUICE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SLUICE_BINARY_DIR="${PROJECT_BINARY_DIR}")
    target_link_libraries(${name} PRIVATE sluice_internal sluice_test_support sluice_flags)
endfunction()

function(sluice_unit_test name)
    # ThreadSanitizer does not start under Criterion, and the fuzz preset is for fuzzing.
    if(SLUICE_SANITIZE MATCHES "thread" OR SLUICE_FUZZ)
        return()
    endif()
    sluice_test_program(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE PkgConfig::SLUICE_CRITERION)
    set_target_properties(${name} PROPERTIES SLUICE_USES_CRITERION ON)
    sluice_script_test(${name} --criterion $<TARGET_FILE:${name}>)
endfunction()

function(sluice_plain_test name)
    sluice_test_program(${name} ${ARGN})
    sluice_script_test(${name} $<TARGET_FILE:${name}>)
endfunction()

function(sluice_fuzz_target name)
    if(SLUICE_SANITIZE MATCHES "thread")
        return()
    endif()
    set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    if(SLUICE_FUZZ)
        sluice_test_program(${name} ${ARGN})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        sluice_script_test(${name} $<TARGET_FILE:${name}> -runs=0 "${corpus}")
    else()
        sluice_test_program(${name} ${ARGN} "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c")
        sluice_script_test(${name} $<TARGET_FILE:${name}> "${corpus}")
    endif()
    set_tests_properties(${name} PROPERTIES LABELS fuzz)
endfunction()
