#include "compiler/tiles/nest_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "isa/arch/chip_config.h"

using namespace inf;
using namespace inf::compiler;

namespace {

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

std::vector<std::int64_t> dense(const Shape& s) {
  std::vector<std::int64_t> steps(s.size(), 1);
  for (std::size_t i = s.size(); i-- > 1;) steps[i - 1] = steps[i] * s[i];
  return steps;
}

TileProgram tensors(int count) {
  TileProgram p;
  for (int i = 0; i < count; ++i) {
    TileTensor t;
    t.dtype = DType::bf16;
    t.shape = {1 << 24};
    p.tensors.push_back(t);
  }
  return p;
}

/// How often each element of y is written by the plans.
std::vector<int> writes_of(const std::vector<NestPlan>& plans, std::int64_t elements) {
  std::vector<int> times(static_cast<std::size_t>(elements));
  for (const NestPlan& plan : plans) {
    std::vector<std::int64_t> index(plan.tile.size.size(), 0);
    for (bool more = true; more;) {
      std::int64_t at = plan.tile.y.start;
      for (std::size_t i = 0; i < index.size(); ++i) at += index[i] * plan.tile.y.step[i];
      ++times.at(static_cast<std::size_t>(at));
      more = false;
      for (std::size_t i = index.size(); i-- > 0 && !more;) {
        more = ++index[i] < plan.tile.size[i];
        if (!more) index[i] = 0;
      }
    }
  }
  return times;
}

}  // namespace

TEST_CASE("the tiles of a nest write every element once") {
  const Shape shapes[] = {{1}, {7}, {129}, {1009}, {131, 3}, {2, 3, 4, 5, 6}, {3, 1, 257}, {127, 127}};
  for (const Shape& s : shapes) {
    const TileProgram program = tensors(2);
    NestTile t;
    t.in = {{.tensor = 0, .step = std::vector<std::int64_t>(s.size(), 0)}};
    t.in[0].step[0] = 1;
    t.y = {.tensor = 1, .step = dense(s)};
    t.size = s;
    const std::vector<int> times = writes_of(plan_nest(program, t, inf2()), elements(s));
    CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
  }
}

TEST_CASE("what lies on partitions, and what is loaded once") {
  struct Row {
    std::string name;
    Shape size;
    std::vector<std::int64_t> b;      ///< steps of the second operand
    std::int64_t partitions, b_tile;  ///< elements of the second operand on a partition; 0: as many as of y
    bool kept;
  };
  const Row rows[] = {
      {"a row over many rows stays", {1280, 512}, {0, 1}, 128, 512, true},
      {"a column goes with its rows", {1280, 4096}, {1, 0}, 128, 1, false},
      {"the same shape is one axis", {640, 4096}, {4096, 1}, 128, 0, false},
      {"a matrix over many matrices", {64, 128, 128}, {0, 128, 1}, 128, 128, true},
  };
  for (const Row& r : rows) {
    CAPTURE(r.name);
    const TileProgram program = tensors(3);
    NestTile t;
    t.kind = NestTile::Kind::binary;
    t.in = {{.tensor = 0, .step = dense(r.size)}, {.tensor = 1, .step = r.b}};
    t.y = {.tensor = 2, .step = dense(r.size)};
    t.size = r.size;
    const std::vector<NestPlan> plans = plan_nest(program, t, inf2());
    REQUIRE(plans.size() == 1);
    const NestTile& chosen = plans[0].tile;
    CHECK(std::min<std::int64_t>(chosen.size[chosen.partition_axis()], inf2().sbuf.partitions) == r.partitions);
    const std::vector<std::int64_t> count = full_tile(chosen);
    const std::int64_t tile = nest_layout(chosen, chosen.y, count).elements;
    CHECK(tile >= 512);  // descriptors of at least 512 bytes
    CHECK(nest_layout(chosen, chosen.in[1], count).elements == (r.b_tile > 0 ? r.b_tile : tile));
    CHECK(is_kept(chosen, chosen.in[1], inf2()) == r.kept);
  }
}
