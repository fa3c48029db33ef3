# The builds that test join files of a target (CMAKE_UNITY_BUILD): headers are read once for several of them. Not these files and targets, which
# give a name in their unnamed namespace another meaning than a file beside them.
set(INF_ONE_BY_ONE
  compiler/passes/fold_affine.cpp tests/sim/kernel/timing_test.cpp tools/workflow/load_report.cpp
  compiler/import/evaluate.cpp compiler/import/evaluate_index.cpp compiler/import/lower_elementwise.cpp compiler/passes/fuse_attention.cpp
  compiler/passes/fuse_layer_norm.cpp compiler/passes/merge_moves.cpp compiler/passes/merge_views.cpp compiler/passes/strided_view.cpp
  compiler/tiles/line_plan.cpp isa/numerics/rows.cpp tests/compiler/analysis/interpret_sequence_test.cpp tests/compiler/import/errors_test.cpp
  tests/compiler/import/files_test.cpp tests/compiler/ir/shape_test.cpp tests/compiler/passes/attention_test.cpp
  tests/compiler/passes/function_test.cpp tests/compiler/passes/norm_test.cpp tests/compiler/passes/views_test.cpp
  tests/compiler/tiles/nest_plan_test.cpp tests/sim/kernel/int8_test.cpp tests/sim/kernel/preload_test.cpp tests/sim/observers/recorder_test.cpp
  tests/sim/observers/semaphore_order_test.cpp tests/tools/pre_post/word_image_test.cpp tests/tools/workflow/buckets_test.cpp
  tests/tools/workflow/profile/what_if_test.cpp tests/tools/workflow/run_cache_test.cpp tools/workflow/exec_report.cpp
  tools/workflow/profile/chip_diff.cpp tools/workflow/profile/diff_json.cpp tools/workflow/profile/diff_text.cpp
  tools/workflow/profile/findings_engines.cpp tools/workflow/profile/profile_text.cpp tools/workflow/profile/read_profile.cpp
  tools/workflow/profile/write_profile.cpp tools/workflow/reading_report.cpp tools/workflow/report_text.cpp tools/workflow/sweep/results_text.cpp tools/workflow/validate_text.cpp
  isa_numerics test_isa_validate test_onnx_models test_sim_engines workloads_cnn workloads_kernels workloads_parseq)
function(inf_one_by_one target)
  if(target IN_LIST INF_ONE_BY_ONE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  endif()
  foreach(source ${ARGN})
    cmake_path(ABSOLUTE_PATH source NORMALIZE OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${INF_ROOT})
    if(path IN_LIST INF_ONE_BY_ONE)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# One folder, one library. `inf_library(isa_base SOURCES error.cpp LINKS fmt::fmt)`: linking is the enforced include order.
function(inf_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${INF_ROOT})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS} inf_warnings)
  inf_one_by_one(${name} ${ARG_SOURCES})
endfunction()

# One doctest executable, one ctest entry. Tests mirror the tree: `inf_test(numerics_convert SOURCES convert_test.cpp LINKS isa_numerics)`.
function(inf_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LINKS} inf_doctest inf_warnings)
  target_compile_definitions(test_${name} PRIVATE INF_SOURCE_DIR="${INF_ROOT}")
  add_test(NAME ${name} COMMAND test_${name})
  inf_one_by_one(test_${name} ${ARG_SOURCES})
endfunction()

add_library(inf_warnings INTERFACE)
target_compile_options(inf_warnings INTERFACE -Wall -Wextra -Wshadow=local -Wno-missing-field-initializers -Wno-restrict)
if(CMAKE_UNITY_BUILD)
  # A type of an unnamed namespace looks to GCC like a header's once its file is joined with others.
  target_compile_options(inf_warnings INTERFACE -Wno-subobject-linkage)
endif()
if(INF_WERROR)
  target_compile_options(inf_warnings INTERFACE -Werror)
endif()
# doctest's own main, compiled once.
if(EXISTS ${INF_ROOT}/tests/doctest_main.cpp)
  add_library(inf_doctest STATIC ${INF_ROOT}/tests/doctest_main.cpp)
endif()
