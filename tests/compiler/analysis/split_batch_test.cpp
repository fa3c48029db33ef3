#include "compiler/analysis/split_batch.h"

#include <doctest/doctest.h>

#include "compiler/analysis/interpret.h"
#include "compiler/analysis/uses.h"

using namespace inf::compiler;

namespace {

struct Case {
  const char* name;
  bool splits;
  const char* graph;
};

const Case kCases[] = {
    {"an encoder's parts", true, R"(
input %x: f32[4, 6, 8]
const %w: f32[8, 8]
const %row: f32[6, 8]
const %s: f32[8]
%n: f32[4, 6, 8] = layer_norm(%x, %s, %s)
%p: f32[4, 6, 8] = matmul(%n, %w)
%a: f32[4, 6, 8] = binary(%p, %row) op=add
%f: f32[24, 8] = reshape(%a)
%q: f32[24, 8] = matmul(%f, %w, _, %f) has_residual=true
%y: f32[4, 48] = reshape(%q)
output %y
)"},
    {"scores of one sequence against itself", true, R"(
input %x: f32[4, 6, 8]
%t: f32[4, 8, 6] = transpose(%x) perm=[0, 2, 1]
%s: f32[4, 6, 6] = matmul(%x, %t)
%p: f32[4, 6, 6] = softmax(%s) axis=-1
%y: f32[4, 6, 8] = matmul(%p, %x)
output %y
)"},
    {"images", true, R"(
input %x: f32[4, 3, 6, 6]
const %w: f32[5, 3, 3, 3]
%c: f32[4, 5, 6, 6] = conv(%x, %w) pads=[1, 1, 1, 1]
%p: f32[4, 5, 3, 3] = pool(%c) kernel=[2, 2] stride=[2, 2]
%y: f32[4, 45] = reshape(%p)
output %y
)"},
    {"a softmax over the batch", false, R"(
input %x: f32[4, 6]
%y: f32[4, 6] = softmax(%x) axis=0
output %y
)"},
    {"similarity of all to all", false, R"(
input %x: f32[4, 6]
%y: f32[4, 4] = matmul(%x, %x) transpose_b=true
output %y
)"},
    {"the batch moves inside", false, R"(
input %x: f32[4, 6]
%y: f32[6, 4] = transpose(%x) perm=[1, 0]
output %y
)"},
    {"a constant for each entry", false, R"(
input %x: f32[4, 6]
const %c: f32[4, 1]
%y: f32[4, 6] = binary(%x, %c) op=add
output %y
)"},
    {"a mean over the batch", false, R"(
input %x: f32[4, 6]
%y: f32[1, 6] = reduce(%x) op=mean axes=[0]
output %y
)"},
    {"half of the batch", false, R"(
input %x: f32[4, 6]
%y: f32[2, 6] = slice(%x) start=[2, 0] step=[1, 1]
output %y
)"},
};

/// Rows [part * rows, (part + 1) * rows) of a value's data.
std::vector<float> slice_of(const std::vector<float>& data, std::size_t part, std::size_t parts) {
  const std::size_t n = data.size() / parts;
  return {data.begin() + static_cast<std::ptrdiff_t>(part * n),
          data.begin() + static_cast<std::ptrdiff_t>((part + 1) * n)};
}

std::vector<float> numbers(const Shape& shape) {
  std::vector<float> v(static_cast<std::size_t>(elements(shape)));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>((i * 37 + 11) % 23) / 8 - 1;
  return v;
}

}  // namespace

TEST_CASE("which graphs do a batch slice by slice") {
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    Graph graph = parse_graph(c.graph);
    for (Value& v : graph.values)
      if (v.constant) v.constant = std::make_shared<const Constant>(Constant{v.shape, numbers(v.shape)});
    const auto part = split_batch(graph, 2);
    CHECK(part.has_value() == c.splits);
    if (!part) continue;
    verify(*part, "split_batch");
    const std::vector<float> x = numbers(graph.value(graph.inputs[0]).shape), whole = interpret(graph, {x})[0];
    for (std::size_t i = 0; i < 2; ++i) CHECK(interpret(*part, {slice_of(x, i, 2)})[0] == slice_of(whole, i, 2));
    CHECK_FALSE(split_batch(graph, 3).has_value());
  }
}
