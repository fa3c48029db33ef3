#include <doctest/doctest.h>

#include <string>

#include "compiler/tiles/lower.h"

using namespace inf;
using namespace inf::compiler;

namespace {

TensorId tensor(TileProgram& p, TileTensor::Role role, std::int64_t n, TensorId parent = kNoTensor) {
  TileTensor t;
  t.role = role;
  t.dtype = DType::fp32;
  t.shape = {n};
  t.parent = parent;
  p.tensors.push_back(t);
  return static_cast<TensorId>(p.tensors.size() - 1);
}

void step(TileProgram& p, TensorId x, TensorId y) {
  FlatTile t;
  t.x = x;
  t.y = y;
  p.ops.push_back({"op", {}, 0, t});
}

bool overlap(const TileProgram& p, TensorId a, TensorId b) {
  const auto end = [&](TensorId id) { return p.tensor(id).offset + elements(p.tensor(id).shape) * 4; };
  return p.tensor(a).offset < end(b) && p.tensor(b).offset < end(a);
}

}  // namespace

TEST_CASE("tensors share device memory only when their lives do not meet") {
  using Role = TileTensor::Role;
  TileProgram p;
  const TensorId in = tensor(p, Role::input, 4096), a = tensor(p, Role::scratch, 4096),
                 b = tensor(p, Role::scratch, 4096), c = tensor(p, Role::scratch, 4096),
                 view = tensor(p, Role::scratch, 4096, a), out = tensor(p, Role::output, 4096);
  step(p, in, a);
  step(p, a, b);
  step(p, b, c);
  step(p, c, out);
  plan_memory(p);
  CHECK_FALSE(overlap(p, in, a));
  CHECK_FALSE(overlap(p, a, b));
  CHECK_FALSE(overlap(p, b, c));
  CHECK_FALSE(overlap(p, c, out));
  CHECK(p.dram_bytes < 5 * 4096 * 4);  // some pair shares
  CHECK(p.root(view) == a);

  // A window that is read at the end keeps its parent alive.
  p.ops.clear();
  step(p, in, a);
  step(p, a, b);
  step(p, b, c);
  step(p, view, out);
  plan_memory(p);
  for (TensorId other : {b, c, out}) CHECK_FALSE(overlap(p, a, other));
}
