# One folder, one library. `inf_library(isa_base SOURCES error.cpp LINKS fmt::fmt)`: linking is the enforced include order.
function(inf_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${INF_ROOT})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS} inf_warnings)
endfunction()

# One doctest executable, one ctest entry. Tests mirror the tree: `inf_test(numerics_convert SOURCES convert_test.cpp LINKS isa_numerics)`.
function(inf_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LINKS} inf_doctest inf_warnings)
  target_compile_definitions(test_${name} PRIVATE INF_SOURCE_DIR="${INF_ROOT}")
  add_test(NAME ${name} COMMAND test_${name})
endfunction()

add_library(inf_warnings INTERFACE)
target_compile_options(inf_warnings INTERFACE -Wall -Wextra -Wshadow=local -Wno-missing-field-initializers -Wno-restrict)
if(INF_WERROR)
  target_compile_options(inf_warnings INTERFACE -Werror)
endif()
# doctest's own main, compiled once.
if(EXISTS ${INF_ROOT}/tests/doctest_main.cpp)
  add_library(inf_doctest STATIC ${INF_ROOT}/tests/doctest_main.cpp)
endif()
