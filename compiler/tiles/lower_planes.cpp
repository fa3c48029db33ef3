#include <fmt/format.h>

#include "compiler/tiles/lowering.h"
#include "compiler/tiles/reach.h"
#include "compiler/tiles/shortages.h"

// Convolutions and poolings whose results stay in SBUF.
namespace inf::compiler {

void Lowering::plan_planes() {
  planes_.assign(graph_.values.size(), {});
  if (outer_) {  // a loop's body works on matrices
    plane_plan_.values.resize(graph_.values.size());
    return;
  }
  plane_plan_ = compiler::plan_planes(graph_, chip_,
                                      {program_.compute, program_.storage, program_.weight_ring, lowered_.plane_share});
  for (const Node& node : graph_.nodes)
    if (plane_plan_.of(node.output).kept) program_.images = shape(graph_, node.output)[0];
}

bool Lowering::lower_on_planes(const Node& node) {
  if (outer_) return false;
  const auto at = static_cast<std::size_t>(&node - graph_.nodes.data());
  const std::size_t before = program_.ops.size();
  if (plane_plan_.reduces[at])
    features_of_plane(node, *as<Pool>(node));
  else if (!plane_plan_.of(node.output).kept)
    return false;
  else if (const auto* conv = as<Conv>(node))
    conv_on_planes(node, *conv);
  else
    pool_on_planes(node, *as<Pool>(node));
  if (plane_plan_.of(node.output).in_memory) store_plane(node);
  const std::int64_t group = plane_plan_.groups[at];
  // What turns an input of the model into the operands' type does so for all images, ahead of the first turn.
  std::size_t first = before;
  if (before == 0 || program_.ops[before - 1].group != group)
    while (first < program_.ops.size() && planes_written(program_.ops[first].tile).empty()) ++first;
  for (std::size_t i = first; i < program_.ops.size(); ++i) program_.ops[i].group = group;
  return true;
}

PlaneForms Lowering::make_planes(ValueId value) {
  const PlanePlan::ForValue& plan = plane_plan_.of(value);
  const Shape& s = shape(graph_, value);
  const auto make = [&](const WantedForm& form, DType dtype, const char* suffix) {
    if (!form.wanted) return kNoPlane;
    Plane p{graph_.value(value).name + suffix, dtype, plan.images, s[1], s[2], s[3], form.border, form.outside};
    program_.planes.push_back(std::move(p));
    return static_cast<PlaneId>(program_.planes.size() - 1);
  };
  PlaneForms& forms = planes_[static_cast<std::size_t>(value)];
  forms.stored = make(plan.stored, stored_as(value), "");
  forms.operand = make(plan.operand, program_.compute, ".operand");
  program_.tensor(tensor_of(value)).in_planes = !plan.in_memory;
  return forms;
}

std::string Lowering::group_text(const Node& node) const {
  const std::int64_t group = plane_plan_.groups[static_cast<std::size_t>(&node - graph_.nodes.data())];
  return group > 0 ? fmt::format(", {} of {} images at a time", group, program_.images) : "";
}

void Lowering::conv_on_planes(const Node& node, const Conv& op) {
  ConvTile t = conv_tile(node, op, 0, 1);
  const ValueId x = node.inputs[0];
  if (plane_plan_.of(x).kept)
    t.planes.x = planes_[static_cast<std::size_t>(x)].for_products();
  else
    t.x = loadable_as(program_.compute, tensor_of(x), node);
  if (op.has_residual) t.planes.residual = planes_[static_cast<std::size_t>(input(node, kResidualSlot))].stored;
  t.planes.y = make_planes(node.output);
  t.y = tensor_of(node.output);
  OpEstimate estimate = plan_conv_on_planes(program_, t, chip_);
  estimate.decision += group_text(node);
  add_conv_bias(node, op, t, t.planes.width);
  add_conv(node, op, std::move(t), estimate);
}

void Lowering::pool_on_planes(const Node& node, const Pool& op) {
  const Shape& y = shape(graph_, node.output);
  PoolTile t{.y = tensor_of(node.output),
             .kind = op.kind,
             .kernel = op.kernel,
             .stride = op.stride,
             .dilation = op.dilation,
             .pads = op.pads};
  const std::int64_t window = op.kernel[0] * op.kernel[1];
  t.scale = 1.0f / static_cast<float>(window);
  const ValueId x = node.inputs[0];
  t.planes.y = make_planes(node.output);
  DType in = program_.storage;
  if (plane_plan_.of(x).kept) {
    const PlaneForms& forms = planes_[static_cast<std::size_t>(x)];
    const bool rounded = t.planes.y.stored == kNoPlane && forms.operand != kNoPlane;
    t.planes.x = rounded ? forms.operand : forms.stored;
    in = program_.plane(t.planes.x).dtype;
  } else {
    t.x = tensor_of(x);
  }
  t.rows = static_cast<int>((y[2] + 3) / 4);
  const std::int64_t in_cols = (y[3] - 1) * op.stride[1] + (op.kernel[1] - 1) * op.dilation[1] + 1;
  const std::int64_t workspace = plane_workspace(chip_, t.planes.x == kNoPlane);
  const auto bytes = [&] {
    const std::int64_t in_rows = (t.rows - 1) * op.stride[0] + (op.kernel[0] - 1) * op.dilation[0] + 1,
                       blocks = (y[1] + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions;
    const std::int64_t sums = op.kind == Pool::Kind::max ? 0 : kBandSlots * (t.rows * y[3] * 4 + 64);
    const std::int64_t bands =
        t.planes.x != kNoPlane ? 0 : kBandSlots * (blocks * in_rows * in_cols * size_of(dtype_of(t.x)) + 64);
    return sums + bands;
  };
  const auto fits = [&] {
    const std::int64_t in_pitch = t.planes.x != kNoPlane ? program_.plane(t.planes.x).pitch() : in_cols;
    const auto pitch = [&](PlaneId id) { return id == kNoPlane ? 0 : program_.plane(id).pitch(); };
    const std::int64_t out_pitch = std::max(pitch(t.planes.y.stored), pitch(t.planes.y.operand));
    return t.rows * y[3] * window <= isa::kMaxFreeSbuf && t.rows * y[3] <= isa::kMaxCount &&
           in_reach(std::max(op.stride[0] * in_pitch, out_pitch), t.rows) && bytes() <= workspace;
  };
  while (t.rows > 1 && !fits()) --t.rows;
  if (!fits())
    refuse(node, "one output row of the pooling does not fit beside the planes in SBUF", "use a narrower input",
           sbuf_shortage(chip_, "SBUF for one row of a pooling beside its planes", bytes(), workspace));
  OpEstimate e;
  const double outputs =
      static_cast<double>(program_.plane(t.planes.y.widest()).blocks(chip_.sbuf.partitions) * y[0] * y[2] * y[3]);
  const bool fast = chip_.vector.bf16_fast_modes && in == DType::bf16;
  e.vector_ns = lane_ns(chip_.vector, outputs * static_cast<double>(window) / (fast ? 2 : 1));
  e.decision = fmt::format("stays in SBUF, {} output rows at a time{}", t.rows, group_text(node));
  add(node, t, e);
}

void Lowering::features_of_plane(const Node& node, const Pool& op) {
  const PlaneId x = planes_[static_cast<std::size_t>(node.inputs[0])].stored;
  const Plane& p = program_.plane(x);
  const Node* view = nullptr;
  for (const Node& n : graph_.nodes)
    if (as<Reshape>(n) && n.inputs[0] == node.output) view = &n;
  const Wish wish = whole(view->output, Matrix::Major::features, program_.compute);
  PlaneReduceTile t{.x = x,
                    .y = add_matrix(graph_.value(node.output).name, wish, rows_of(view->output)),
                    .max = op.kind == Pool::Kind::max};
  t.scale = t.max ? 1.0f : 1.0f / static_cast<float>(p.rows * p.cols);
  OpEstimate e;
  e.vector_ns =
      lane_ns(chip_.vector, static_cast<double>(p.blocks(chip_.sbuf.partitions) * program_.images * p.rows * p.cols));
  e.decision = "features in SBUF" + group_text(node);
  add(node, t, e);
  home(view->output);
  offer(view->output, wish, t.y);
}

void Lowering::store_plane(const Node& node) {
  PlaneStoreTile t{planes_[static_cast<std::size_t>(node.output)].stored, tensor_of(node.output)};
  OpEstimate e;
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(shape(graph_, node.output)) * size_of(dtype_of(t.y))));
  e.decision = "to device memory";
  add(node, t, e);
}

}  // namespace inf::compiler
