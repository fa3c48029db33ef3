#include "isa/program/docs.h"

#include <doctest/doctest.h>

#include "isa/arch/yaml_tree.h"

using namespace inf;

// `inf-sim docs` writes the page; `inf-sim docs --check` is the test of docs/config.md, which also describes workload
// files.
TEST_CASE("docs/isa.md is current") { CHECK(arch::read_text(INF_SOURCE_DIR "/docs/isa.md") == isa::isa_markdown()); }
