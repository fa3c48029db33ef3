#include <fmt/format.h>

#include <cmath>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

namespace inf::compiler::importer {
namespace {

Resize::Mode mode(const Lowering& at) {
  const std::string word = at.word("mode", "nearest");
  if (word == "nearest") return Resize::Mode::nearest;
  if (word == "linear" || word == "bilinear") return Resize::Mode::linear;
  at.unsupported(fmt::format("attribute mode = '{}'", word),
                 {"supported: nearest, linear; a cubic kernel has negative weights and four taps per axis",
                  "export with mode='bilinear', or do the resize on the host"});
}

Resize::Coordinates coordinates(const Lowering& at) {
  const std::string word = at.word("coordinate_transformation_mode", "half_pixel");
  if (const auto known = from_name<Resize::Coordinates>(word)) return *known;
  at.unsupported(fmt::format("attribute coordinate_transformation_mode = '{}'", word),
                 {"supported: half_pixel, pytorch_half_pixel, align_corners, asymmetric"});
}

Resize::Round rounding(const Lowering& at) {
  const std::string word = at.word("nearest_mode", "round_prefer_floor");
  if (word == "round_prefer_floor") return Resize::Round::prefer_floor;
  if (word == "round_prefer_ceil") return Resize::Round::prefer_ceil;
  if (word == "floor") return Resize::Round::floor;
  if (word == "ceil") return Resize::Round::ceil;
  at.unsupported(fmt::format("attribute nearest_mode = '{}'", word),
                 {"supported: round_prefer_floor, round_prefer_ceil, floor, ceil"});
}

void check_spatial(Lowering& at, const std::vector<float>& scales) {
  const Shape& x = at.shape(0);
  if (x.size() != 4)
    at.unsupported(fmt::format("the input has shape {}: images of rank 4 are supported", to_string(x)));
  if (scales.size() != 4) at.broken(fmt::format("{} scales for the 4 axes of {}", scales.size(), to_string(x)));
  if (scales[0] != 1 || scales[1] != 1)
    at.unsupported(fmt::format("scales are {}, {} on the batch and channel axes: only the spatial axes can be resized",
                               scales[0], scales[1]));
  for (const float s : scales)
    if (!(s > 0 && s <= 1e6f)) at.broken(fmt::format("a scale is {}, more than 0 and at most 1000000 is needed", s));
}

void emit_scaled(Lowering& at, Resize r, const std::vector<float>& scales) {
  check_spatial(at, scales);
  const Shape& x = at.shape(0);
  const auto scaled = [](std::int64_t n, float s) {
    return static_cast<std::int64_t>(std::floor(static_cast<float>(n) * s));
  };
  const Shape y = {x[0], x[1], scaled(x[2], scales[2]), scaled(x[3], scales[3])};
  r.scale = {scales[2], scales[3]};
  at.result(at.emit(r, {at.input(0)}, y));
}

void emit_sized(Lowering& at, Resize r, const Shape& sizes) {
  const Shape& x = at.shape(0);
  if (sizes.size() != x.size())
    at.broken(fmt::format("sizes {} do not match the axes of {}", to_string(sizes), to_string(x)));
  std::vector<float> scales;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    scales.push_back(static_cast<float>(sizes[i]) / static_cast<float>(x[i]));
  check_spatial(at, scales);
  r.scale = {scales[2], scales[3]};
  at.result(at.emit(r, {at.input(0)}, sizes));
}

}  // namespace

void lower_resize(Lowering& at) {
  Resize r;
  r.mode = mode(at);
  if (at.opset < 11) {  // input 1 is the scales; positions are scaled plainly and rounded down
    r.coordinates = Resize::Coordinates::asymmetric, r.round = Resize::Round::floor;
    return emit_scaled(at, r, at.constant_floats(1, "scales"));
  }
  r.coordinates = coordinates(at), r.round = rounding(at);
  if (at.integer("exclude_outside", 0) != 0 && r.mode != Resize::Mode::nearest)
    at.unsupported("attribute exclude_outside = 1", {"supported: 0; it only matters for cubic"});
  if (at.present(3)) {
    const std::vector<std::int64_t> sizes = at.constant_integers(3, "sizes");
    if (!sizes.empty()) return emit_sized(at, r, sizes);
  }
  emit_scaled(at, r, at.constant_floats(2, "scales"));
}

void lower_upsample(Lowering& at) {
  Resize r;
  r.mode = mode(at);
  r.coordinates = Resize::Coordinates::asymmetric, r.round = Resize::Round::floor;
  emit_scaled(at, r, at.constant_floats(1, "scales"));
}

}  // namespace inf::compiler::importer
