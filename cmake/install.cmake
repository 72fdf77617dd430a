# Headers, both libraries, a CMake package and a pkg-config file. All of them can be moved after install.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sluice")
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

foreach(kind IN ITEMS shared static)
    install(TARGETS sluice_${kind} EXPORT sluice-${kind}
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
    install(EXPORT sluice-${kind} NAMESPACE sluice:: DESTINATION "${package_dir}"
        FILE sluice-${kind}-targets.cmake)
endforeach()
if(TARGET sluicectl)
    install(TARGETS sluicectl RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

# What a program that links the static library needs besides.
if(SLUICE_YAML STREQUAL "libyaml")
    set(sluice_requires yaml-0.1)
    set(sluice_package_checks "pkg_check_modules(SLUICE_LIBYAML QUIET IMPORTED_TARGET yaml-0.1)")
    set(sluice_package_targets PkgConfig::SLUICE_LIBYAML)
else()
    set(sluice_requires libfyaml)
    set(sluice_package_checks "pkg_check_modules(SLUICE_LIBFYAML QUIET IMPORTED_TARGET libfyaml)")
    set(sluice_package_targets PkgConfig::SLUICE_LIBFYAML)
endif()
set(sluice_libs_private "-lm")
if(SLUICE_REGEX)
    string(APPEND sluice_requires " re2")
    string(APPEND sluice_package_checks
        "\n    pkg_check_modules(SLUICE_RE2 QUIET IMPORTED_TARGET re2)")
    list(APPEND sluice_package_targets PkgConfig::SLUICE_RE2)
    set(sluice_libs_private "-lstdc++ -lm")
endif()

configure_package_config_file(cmake/sluiceConfig.cmake.in "${PROJECT_BINARY_DIR}/sluiceConfig.cmake"
    INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/sluiceConfig.cmake"
    "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" DESTINATION "${package_dir}")

file(RELATIVE_PATH sluice_pc_prefix "/prefix/${pkgconfig_dir}" "/prefix")
configure_file(cmake/sluice.pc.in "${PROJECT_BINARY_DIR}/sluice.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sluice.pc" DESTINATION "${pkgconfig_dir}")
