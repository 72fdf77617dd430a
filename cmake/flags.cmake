# sluice_flags: how everything in this tree is compiled. Link it PRIVATE to each target:
#     target_link_libraries(my_program PRIVATE sluice::sluice sluice_flags)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(sluice_flags INTERFACE)
target_compile_options(sluice_flags INTERFACE
    -Wall -Wextra -Wshadow
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    # Criterion's macros convert silently inside their own expansion.
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:SLUICE_USES_CRITERION>>>:-Wconversion>
    $<$<BOOL:${SLUICE_WERROR}>:-Werror>)

if(SLUICE_SANITIZE)
    target_compile_options(sluice_flags INTERFACE
        -fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(sluice_flags INTERFACE -fsanitize=${SLUICE_SANITIZE})
    if(SLUICE_SANITIZE MATCHES "undefined")
        # vptr checks need a C++ runtime in programs that are linked as C.
        target_compile_options(sluice_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=vptr>)
    endif()
endif()
if(SLUICE_FUZZ)
    target_compile_options(sluice_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SLUICE_COVERAGE)
    target_compile_options(sluice_flags INTERFACE --coverage)
    target_link_options(sluice_flags INTERFACE --coverage)
endif()
