#include "compiler/analysis/split_batch.h"

#include <algorithm>

#include "isa/base/overload.h"

namespace inf::compiler {
namespace {

/// Slices values node by node. A value is batched when its slices lie one behind the other along its leading axis.
class BatchSplitter {
 public:
  BatchSplitter(const Graph& whole, std::int64_t parts) : whole_(whole), part_(whole), parts_(parts) {
    batched_.resize(whole.values.size());
  }

  std::optional<Graph> run() {
    if (whole_.inputs.empty()) return std::nullopt;
    const Shape& first = whole_.value(whole_.inputs.front()).shape;
    for (const ValueId id : whole_.inputs)
      if (first.empty() || shape(id).empty() || shape(id)[0] != first[0] || !slice(id)) return std::nullopt;
    for (std::size_t i = 0; i < whole_.nodes.size(); ++i) {
      Node& node = part_.nodes[i];
      if (std::none_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) { return batched(id); })) continue;
      const bool splits = std::visit([&](auto& op) { return splits_with(op, node); }, node.op);
      if (!splits || !slice(node.output)) return std::nullopt;
    }
    const auto is_batched = [&](ValueId id) { return batched(id); };
    if (!std::all_of(whole_.outputs.begin(), whole_.outputs.end(), is_batched)) return std::nullopt;
    return std::move(part_);
  }

 private:
  const Shape& shape(ValueId id) const { return whole_.value(id).shape; }
  bool batched(ValueId id) const { return id != kNoValue && batched_[static_cast<std::size_t>(id)]; }
  bool shared(ValueId id) const { return !batched(id); }
  bool slice(ValueId id) {
    Shape& s = part_.value(id).shape;
    if (s.empty() || s[0] % parts_ != 0) return false;
    s[0] /= parts_;
    batched_[static_cast<std::size_t>(id)] = true;
    return true;
  }
  /// Along an axis of a value: not the leading one.
  bool inside(std::int64_t axis, ValueId value) const {
    return (axis < 0 ? axis + static_cast<std::int64_t>(shape(value).size()) : axis) != 0;
  }
  /// Whether an operand of an elementwise operator meets each slice of the result with its own slice, or is the same
  /// for all of them.
  bool broadcasts(ValueId id, ValueId result) const {
    const Shape &s = shape(id), &y = shape(result);
    if (batched(id)) return s.size() == y.size() && s[0] == y[0];
    return s.size() < y.size() || s[0] == 1;
  }
  bool elementwise(const Node& node) const {
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&](ValueId id) { return id == kNoValue || broadcasts(id, node.output); });
  }
  bool only_first(const Node& node) const {
    return batched(node.inputs[0]) && std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](ValueId id) {
             return id == kNoValue || shared(id) || shape(id) == shape(node.output);
           });
  }
  /// A view whose batch entries lie one behind the other and fill the value.
  bool fills(std::int64_t step, std::int64_t batch, ValueId id) const {
    return batched(id) && step * batch == elements(shape(id));
  }

  bool splits_with(Binary&, const Node& n) const { return elementwise(n); }
  bool splits_with(Where&, const Node& n) const { return elementwise(n); }
  bool splits_with(Unary&, const Node&) const { return true; }
  bool splits_with(Cast&, const Node&) const { return true; }
  bool splits_with(Reshape&, const Node&) const { return true; }
  bool splits_with(Expand&, const Node& n) const { return broadcasts(n.inputs[0], n.output); }
  bool splits_with(LayerNorm&, const Node& n) const { return only_first(n) && shape(n.output).size() > 1; }
  bool splits_with(BatchNorm&, const Node& n) const { return only_first(n); }
  bool splits_with(Conv&, const Node& n) const { return only_first(n); }
  bool splits_with(Pool&, const Node&) const { return true; }
  bool splits_with(Resize&, const Node& n) const { return only_first(n); }
  bool splits_with(Softmax& op, const Node& n) const { return inside(op.axis, n.output); }
  bool splits_with(ArgMax& op, const Node& n) const { return inside(op.axis, n.inputs[0]); }
  bool splits_with(CumSum& op, const Node& n) const { return inside(op.axis, n.output); }
  bool splits_with(Transpose& op, const Node&) const { return op.perm[0] == 0; }
  bool splits_with(Pad& op, const Node&) const { return op.before[0] == 0 && op.after[0] == 0; }
  bool splits_with(Concat& op, const Node& n) const {
    return inside(op.axis, n.output) &&
           std::all_of(n.inputs.begin(), n.inputs.end(), [&](ValueId id) { return batched(id); });
  }
  bool splits_with(Slice& op, const Node& n) const {
    return op.start[0] == 0 && op.step[0] == 1 && shape(n.output)[0] == shape(n.inputs[0])[0];
  }
  bool splits_with(Reduce& op, const Node& n) const {
    return std::all_of(op.axes.begin(), op.axes.end(), [&](std::int64_t axis) { return inside(axis, n.inputs[0]); });
  }
  bool splits_with(Gather& op, const Node& n) const {
    const bool rows = !inside(op.axis, n.inputs[0]);
    return rows ? shared(n.inputs[0]) && batched(n.inputs[1]) : batched(n.inputs[0]) && shared(n.inputs[1]);
  }
  bool splits_with(MatMul& op, const Node& n) const {
    const ValueId a = n.inputs[0], b = n.inputs[1];
    const auto leads = [&](ValueId id) { return shape(id).size() > 2 && shape(id)[0] == shape(n.output)[0]; };
    for (std::size_t slot = 2; slot < n.inputs.size(); ++slot)
      if (n.inputs[slot] != kNoValue && !broadcasts(n.inputs[slot], n.output)) return false;
    if (shared(b)) return shape(b).size() == 2 && (leads(a) || (shape(a).size() == 2 && !op.transpose_a));
    return leads(b) && (batched(a) ? leads(a) : broadcasts(a, n.output));
  }
  bool splits_with(Attention& op, const Node& n) const {
    if (op.batch % parts_ != 0) return false;
    const std::array<const HeadView*, 3> views = {&op.q, &op.k, &op.v};
    for (std::size_t i = 0; i < views.size(); ++i)
      if (!fills(views[i]->batch, op.batch, n.inputs[i])) return false;
    if (op.y.batch * op.batch != elements(shape(n.output))) return false;
    if (op.has_mask && (batched(n.inputs[3]) ? !fills(op.mask_step[0], op.batch, n.inputs[3]) : op.mask_step[0] != 0))
      return false;
    op.batch /= parts_;
    return true;
  }
  bool splits_with(Scatter&, const Node&) const { return false; }
  bool splits_with(Loop&, const Node&) const { return false; }

  const Graph& whole_;
  Graph part_;
  const std::int64_t parts_;
  std::vector<bool> batched_;
};

}  // namespace

std::optional<Graph> split_batch(const Graph& whole, std::int64_t parts) { return BatchSplitter(whole, parts).run(); }

}  // namespace inf::compiler
