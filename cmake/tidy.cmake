# Targets for people: `tidy` runs clang-tidy over lib/, `format` rewrites the sources' layout, and in the
# coverage preset `coverage` prints the share of lines that the tests ran.

if(NOT PROJECT_IS_TOP_LEVEL)
    return()
endif()
get_target_property(lib_sources sluice_objects SOURCES)
list(FILTER lib_sources INCLUDE REGEX "\\.c$")
list(TRANSFORM lib_sources PREPEND "${PROJECT_SOURCE_DIR}/lib/")

add_custom_target(tidy
    COMMAND printf "%s\\n" ${lib_sources} |
        xargs -n 4 -P 2 clang-tidy --quiet -p "${PROJECT_BINARY_DIR}"
    VERBATIM USES_TERMINAL)
add_custom_target(format
    COMMAND git ls-files -co --exclude-standard -- "*.c" "*.h" "*.cc" | xargs clang-format -i
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM USES_TERMINAL)
if(SLUICE_COVERAGE)
    add_custom_target(coverage
        COMMAND ctest --output-on-failure
        COMMAND gcovr --root "${PROJECT_SOURCE_DIR}" --filter "${PROJECT_SOURCE_DIR}/lib/" "${PROJECT_BINARY_DIR}"
        WORKING_DIRECTORY "${PROJECT_BINARY_DIR}" VERBATIM USES_TERMINAL)
endif()
