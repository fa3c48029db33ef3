#include "compiler/tiles/copy_plan.h"
#include "compiler/tiles/lowering.h"
#include "compiler/tiles/nest_plan.h"

// Permutations of axes: by DMA alone where runs are long, through SBUF in blocks or by the engines' own strides where
// they are not.
namespace inf::compiler {

void Lowering::copy(const Node& node, CopyTile t) {
  t.x = loadable_as(dtype_of(t.y), t.x, node);
  for (CopyTile& c : copies_of(program_, std::move(t), chip_)) {
    const OpEstimate e = estimate_copy(program_, c, chip_);
    add(node, std::move(c), e);
  }
}

void Lowering::permute(const Node& node, TensorId x, TensorId y, const Shape& x_shape,
                       const std::vector<std::int64_t>& perm) {
  std::vector<std::int64_t> steps(x_shape.size(), 1);
  for (std::size_t i = x_shape.size(); i-- > 1;) steps[i - 1] = steps[i] * x_shape[i];
  CopyTile t{.x = x, .y = y};
  for (std::int64_t axis : perm) {
    t.size.push_back(x_shape[static_cast<std::size_t>(axis)]);
    t.x_step.push_back(steps[static_cast<std::size_t>(axis)]);
  }
  t.y_step.assign(t.size.size(), 1);
  for (std::size_t i = t.size.size(); i-- > 1;) t.y_step[i - 1] = t.y_step[i] * t.size[i];
  move(node, std::move(t));
}

/// The cheapest of the ways to do a strided copy.
void Lowering::move(const Node& node, CopyTile t) {
  t.x = loadable_as(dtype_of(t.y), t.x, node);
  if (elements(t.size) == 0) refuse(node, "a result without elements", "leave the operator out");
  const std::vector<CopyTile> direct = copies_of(program_, t, chip_);
  double least = 0;
  for (const CopyTile& c : direct)
    least += total_ns(estimate_copy(program_, c, chip_)) + static_cast<double>(chip_.dma.start_ns);
  enum class Way { dma, blocks, nest } way = Way::dma;
  CopyTile joined = t;
  simplify(joined);
  std::optional<TransposeTile> blocks = blocks_of(joined);
  OpEstimate blocks_cost;
  if (blocks) {
    blocks_cost = plan_transpose(program_, *blocks, chip_);
    if (total_ns(blocks_cost) < least) way = Way::blocks, least = total_ns(blocks_cost);
  }
  NestTile nest;
  nest.in = {{.tensor = t.x, .start = t.x_start, .step = t.x_step}};
  nest.y = {.tensor = t.y, .start = t.y_start, .step = t.y_step};
  nest.size = t.size;
  std::vector<NestPlan> plans = plan_nest(program_, nest, chip_);
  double cost = 0;
  for (const NestPlan& p : plans) cost += total_ns(p.estimate);
  if (cost < least) way = Way::nest;
  switch (way) {
    case Way::dma:
      for (const CopyTile& c : direct) add(node, c, estimate_copy(program_, c, chip_));
      return;
    case Way::blocks: add(node, *blocks, blocks_cost); return;
    case Way::nest:
      for (NestPlan& p : plans) add(node, std::move(p.tile), std::move(p.estimate));
      return;
  }
}

}  // namespace inf::compiler
