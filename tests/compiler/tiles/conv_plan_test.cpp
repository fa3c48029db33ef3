#include "compiler/tiles/conv_plan.h"

#include <doctest/doctest.h>

#include <string>

#include "compiler/tiles/estimate.h"
#include "isa/arch/chip_config.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

struct Planned {
  ConvTile tile;
  OpEstimate estimate;
};

Planned plan(const Shape& x, const Shape& w, const Conv& conv, const Shape& y) {
  TileProgram program;
  program.tensors.resize(2);
  program.tensors[0].shape = x;
  program.tensors[1].shape = y;
  ConvTile t;
  t.x = 0;
  t.y = 1;
  t.x_channels = static_cast<int>(w[1]);
  t.y_channels = static_cast<int>(w[0]);
  t.in_step = conv.stride;
  t.phases = conv_phases(conv, w, y);
  const OpEstimate e = plan_conv(program, t, inf2(), "conv");
  CHECK(sbuf_bytes(program, t, inf2()) <= sbuf_budget(inf2()));
  return {t, e};
}

}  // namespace

TEST_CASE("small contractions are packed where it pays") {
  struct Row {
    std::string name;
    std::int64_t channels, kernel, size;
    int steps;  ///< contraction steps per PSUM tile
    bool packed;
  };
  // Steps without packing: kernel x kernel x channel blocks.
  const Row rows[] = {
      {"64 channels, 3x3: pairs of taps", 64, 3, 384, 6, true}, {"32 channels, 3x3: three taps", 32, 3, 384, 3, true},
      {"128 channels fill the array", 128, 3, 384, 9, false},   {"two blocks of channels", 256, 3, 96, 18, false},
      {"pointwise has nothing to pack", 64, 1, 96, 1, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::int64_t pad = row.kernel / 2;
    const Planned p = plan({1, row.channels, row.size, row.size}, {128, row.channels, row.kernel, row.kernel},
                           {.pads = {pad, pad, pad, pad}}, {1, 128, row.size, row.size});
    CHECK(total_steps(p.tile) == row.steps);
    CHECK((p.tile.replicas.size() > 1) == row.packed);
    CHECK(p.tile.tile_rows * p.tile.tile_cols <= inf2().tensor.max_moving);
  }
}

TEST_CASE("weights that do not fit beside the bands come in chunks") {
  const Planned p = plan({1, 4096, 7, 7}, {1024, 4096, 3, 3}, {.pads = {1, 1, 1, 1}}, {1, 1024, 7, 7});
  CHECK(p.tile.chunk < 1024);
  CHECK(std::int64_t{total_steps(p.tile)} * p.tile.chunk * 2 * 2 <= sbuf_budget(inf2()));
}

TEST_CASE("a row that does not fit is refused with both sizes") {
  try {
    plan({1, 64, 8, 200000}, {64, 64, 3, 3}, {.pads = {1, 1, 1, 1}}, {1, 64, 8, 200000});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unsupported);
    CHECK(e.where() == "conv");
    CHECK(e.message().find("bytes of SBUF per partition") != std::string::npos);
  }
}

TEST_CASE("phases of a transposed convolution cover every kernel element once") {
  struct Row {
    std::string name;
    Shape w;
    Pair stride;
    Pads pads;
    Shape y;
    std::size_t phases;
  };
  const Row rows[] = {
      {"2x2 stride 2", {8, 4, 2, 2}, {2, 2}, {}, {1, 4, 12, 14}, 4},
      {"4x4 stride 2", {8, 4, 4, 4}, {2, 2}, {1, 1, 1, 1}, {1, 4, 12, 14}, 4},
      {"3x3 stride 1", {8, 4, 3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 4, 6, 7}, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto phases = conv_phases({.stride = row.stride, .pads = row.pads, .transposed = true}, row.w, row.y);
    CHECK(phases.size() == row.phases);
    std::size_t taps = 0;
    std::int64_t outputs = 0;
    for (const Phase& p : phases) taps += p.taps.size(), outputs += p.count[0] * p.count[1];
    CHECK(taps == static_cast<std::size_t>(row.w[2] * row.w[3]));
    CHECK(outputs == row.y[2] * row.y[3]);
  }
}
