#include <doctest/doctest.h>

#include "isa/arch/config_docs.h"
#include "isa/arch/yaml_tree.h"
#include "isa/program/docs.h"

using namespace inf;

// `inf-sim docs` writes both pages.
TEST_CASE("docs/isa.md is current") { CHECK(arch::read_text(INF_SOURCE_DIR "/docs/isa.md") == isa::isa_markdown()); }
TEST_CASE("docs/config.md is current") {
  CHECK(arch::read_text(INF_SOURCE_DIR "/docs/config.md") == arch::config_markdown());
}
