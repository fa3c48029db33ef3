#include "tools/workflow/sweep/demand.h"

#include <algorithm>
#include <set>

#include "compiler/ir/access.h"

namespace inf::workflow::sweep {
namespace {

using namespace compiler;

/// What one node reads of each of its inputs when `wanted` elements of its output are needed.
class Reads {
 public:
  Reads(const Graph& graph, const Node& node, std::int64_t wanted) : graph_(graph), node_(node), wanted_(wanted) {}

  std::int64_t of(std::size_t slot) const {
    return std::visit([&](const auto& op) { return std::min(size(slot), read(op, slot)); }, node_.op);
  }

 private:
  std::int64_t size(std::size_t slot) const { return elements(shape(graph_, node_.inputs[slot])); }
  const Shape& result() const { return shape(graph_, node_.output); }

  std::int64_t read(const Conv& op, std::size_t slot) const {
    if (slot == kResidualSlot) return wanted_;
    if (slot != 0) return 0;
    const Shape& x = shape(graph_, node_.inputs[0]);
    const ConvCover c = cover(op, x, shape(graph_, node_.inputs[1]), result());
    return x[0] * x[1] * c.vertical.touched * c.horizontal.touched;
  }
  std::int64_t read(const Pool& op, std::size_t) const {
    const Shape &x = shape(graph_, node_.inputs[0]), &y = result();
    const AxisCover v = cover(x[2], y[2], op.kernel[0], op.stride[0], op.dilation[0], op.pads.top);
    const AxisCover h = cover(x[3], y[3], op.kernel[1], op.stride[1], op.dilation[1], op.pads.left);
    return x[0] * x[1] * v.touched * h.touched;
  }
  /// Only where every position of the input is at some position of the output.
  std::int64_t read(const Resize& op, std::size_t slot) const {
    const Shape &x = shape(graph_, node_.inputs[0]), &y = result();
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const std::int64_t in = x[2 + axis], out = y[2 + axis];
      if (in == 0 || out % in != 0 || op.scale[axis] != static_cast<float>(out / in)) return 0;
    }
    return op.coordinates == Resize::Coordinates::align_corners ? 0 : size(slot);
  }
  std::int64_t read(const MatMul&, std::size_t slot) const { return slot == kBiasSlot ? 0 : size(slot); }
  std::int64_t read(const Attention& op, std::size_t slot) const {
    if (slot > 2 || shared(op, slot)) return 0;
    if (slot == 0) return op.batch * op.heads * op.rows * op.width;
    return op.batch * op.heads * op.keys * (slot == 1 ? op.width : op.value_width);
  }
  /// Whether several batch entries, heads or rows are the same elements of the operand.
  static bool shared(const Attention& op, std::size_t slot) {
    const HeadView& view = slot == 0 ? op.q : slot == 1 ? op.k : op.v;
    return (op.batch > 1 && view.batch == 0) || (op.heads > 1 && view.head == 0) ||
           ((slot == 0 ? op.rows : op.keys) > 1 && view.row == 0);
  }
  /// Of rows that no index is sure to name, one is read; of constant indices each counts once.
  std::int64_t read(const Gather& op, std::size_t slot) const {
    if (slot == 1 || size(slot) == 0) return size(slot);
    const Shape& data = shape(graph_, node_.inputs[0]);
    const auto axis =
        static_cast<std::size_t>(op.axis < 0 ? op.axis + static_cast<std::int64_t>(data.size()) : op.axis);
    const Constant* known = constant(graph_, node_.inputs[1]);
    std::size_t rows = size(1) > 0 ? 1 : 0;
    if (known != nullptr && std::holds_alternative<std::vector<std::int64_t>>(known->data)) {
      std::set<std::int64_t> named;
      for (const std::int64_t i : known->ints()) named.insert(i < 0 ? i + data[axis] : i);
      rows = named.size();
    }
    return static_cast<std::int64_t>(rows) * (elements(data) / std::max<std::int64_t>(1, data[axis]));
  }
  std::int64_t read(const Scatter& op, std::size_t slot) const {
    if (slot != 0 || op.add) return size(slot);
    return std::max<std::int64_t>(0, size(0) - size(2));
  }
  std::int64_t read(const Pad& op, std::size_t slot) const {
    const auto cuts = [](std::int64_t n) { return n < 0; };
    const bool whole =
        std::none_of(op.before.begin(), op.before.end(), cuts) && std::none_of(op.after.begin(), op.after.end(), cuts);
    return whole ? size(slot) : 0;
  }
  std::int64_t read(const CumSum& op, std::size_t) const { return op.exclusive ? 0 : wanted_; }
  std::int64_t read(const BatchNorm&, std::size_t slot) const { return slot == 0 ? wanted_ : 0; }
  std::int64_t read(const LayerNorm&, std::size_t slot) const { return slot == 0 ? wanted_ : 0; }
  std::int64_t read(const Softmax&, std::size_t) const { return wanted_; }
  std::int64_t read(const Unary&, std::size_t) const { return wanted_; }
  std::int64_t read(const Cast&, std::size_t) const { return wanted_; }
  std::int64_t read(const Reshape&, std::size_t) const { return wanted_; }
  std::int64_t read(const Transpose&, std::size_t) const { return wanted_; }
  std::int64_t read(const Slice&, std::size_t) const { return wanted_; }
  std::int64_t read(const Binary&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const Where&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const Concat&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const Reduce&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const ArgMax&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const Expand&, std::size_t slot) const { return size(slot); }
  std::int64_t read(const Loop&, std::size_t) const { return 0; }  // Demands::loop

  const Graph& graph_;
  const Node& node_;
  std::int64_t wanted_;
};

/// The boxes that slices cut out of one value, as long as they do not overlap.
class Cuts {
 public:
  void add(const Shape& x, const Slice& op, const Shape& y) {
    Box box;
    for (std::size_t d = 0; d < x.size(); ++d) {
      const std::int64_t last = op.start[d] + (y[d] - 1) * op.step[d];
      box.emplace_back(std::min(op.start[d], last), std::max(op.start[d], last) + 1);
    }
    if (std::any_of(boxes_.begin(), boxes_.end(), [&](const Box& other) { return meet(box, other); })) return;
    boxes_.push_back(std::move(box));
    sum_ += elements(y);
  }
  std::int64_t sum() const { return sum_; }

 private:
  using Box = std::vector<std::pair<std::int64_t, std::int64_t>>;
  static bool meet(const Box& a, const Box& b) {
    for (std::size_t d = 0; d < a.size(); ++d)
      if (a[d].second <= b[d].first || b[d].second <= a[d].first) return false;
    return true;
  }
  std::vector<Box> boxes_;
  std::int64_t sum_ = 0;
};

class Demands {
 public:
  explicit Demands(const Graph& graph) : graph_(graph), wanted_(graph.values.size(), 0), cuts_(graph.values.size()) {}

  std::vector<std::int64_t> run() {
    for (const ValueId id : graph_.outputs) want(id, elements(shape(graph_, id)));
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) visit(*node);
    return std::move(wanted_);
  }

 private:
  void want(ValueId id, std::int64_t n) {
    if (id == kNoValue) return;
    std::int64_t& w = wanted_[static_cast<std::size_t>(id)];
    w = std::max(w, std::min(n, elements(shape(graph_, id))));
  }

  void visit(const Node& node) {
    if (const Loop* op = as<Loop>(node)) return loop(node, *op);
    const std::int64_t some = wanted_[static_cast<std::size_t>(node.output)];
    if (some == 0 && (is_view(node) || as<MatMul>(node))) return;
    const std::int64_t wanted = is_view(node) ? some : elements(shape(graph_, node.output));
    const Reads reads(graph_, node, wanted);
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot)
      if (node.inputs[slot] != kNoValue) want(node.inputs[slot], reads.of(slot));
    if (const Slice* op = as<Slice>(node); op && wanted == elements(shape(graph_, node.output)))
      cut(node, *op);
    else if (const Attention* attention = as<Attention>(node))
      heads(node, *attention, reads);
  }

  static bool is_view(const Node& node) { return as<Slice>(node) || as<Reshape>(node) || as<Transpose>(node); }

  /// Several slices of a value together want what they cut out, where nothing is cut out twice.
  void cut(const Node& node, const Slice& op) {
    Cuts& cuts = cuts_[static_cast<std::size_t>(node.inputs[0])];
    cuts.add(shape(graph_, node.inputs[0]), op, shape(graph_, node.output));
    want(node.inputs[0], cuts.sum());
  }

  /// Operands of one attention that lie in different columns of one value add up.
  void heads(const Node& node, const Attention& op, const Reads& reads) {
    const HeadView* const views[] = {&op.q, &op.k, &op.v};
    const std::int64_t widths[] = {op.width, op.width, op.value_width};
    for (std::size_t a = 0; a < 3; ++a) {
      std::int64_t sum = 0;
      for (std::size_t b = 0; b < 3; ++b) {
        if (node.inputs[a] != node.inputs[b]) continue;
        const std::int64_t columns = shape(graph_, node.inputs[a]).back();
        const auto first = [&](std::size_t i) { return views[i]->offset % columns; };
        const auto behind = [&](std::size_t i) { return first(i) + (op.heads - 1) * views[i]->head + widths[i]; };
        const auto whole_rows = [&](std::size_t i) {
          return views[i]->row % columns == 0 && views[i]->batch % columns == 0 && behind(i) <= columns;
        };
        const bool apart = behind(a) <= first(b) || behind(b) <= first(a);
        if (a == b || (b > a && whole_rows(a) && whole_rows(b) && apart && all_apart(a, b, first, behind)))
          sum += reads.of(b);
      }
      want(node.inputs[a], sum);
    }
  }
  /// With three operands in one value the last must be apart from both others.
  static bool all_apart(std::size_t a, std::size_t b, const auto& first, const auto& behind) {
    for (std::size_t c = a + 1; c < b; ++c)
      if (!(behind(c) <= first(b) || behind(b) <= first(c))) return false;
    return true;
  }

  /// Carried values are copied as a whole; what the body reads of an outer value is read in the first round.
  void loop(const Node& node, const Loop& op) {
    const auto carried = static_cast<std::size_t>(op.carried);
    for (std::size_t k = 0; k < carried; ++k) want(node.inputs[k + 1], elements(shape(graph_, node.inputs[k + 1])));
    if (op.trips < 1) return;
    const ValueId starts = input(node, 0);
    const bool begins = starts == kNoValue || graph_.value(starts).constant != nullptr;
    const std::vector<std::int64_t> inside = Demands(*op.body).run();
    for (std::size_t i = carried + 2; i < op.body->inputs.size(); ++i) {
      const ValueId outside = node.inputs[i - 1];
      // What is computed for a loop is computed before it; an input is only read by rounds that run.
      const bool given = std::count(graph_.inputs.begin(), graph_.inputs.end(), outside) > 0;
      if (begins || !given) want(outside, inside[static_cast<std::size_t>(op.body->inputs[i])]);
    }
  }

  const Graph& graph_;
  std::vector<std::int64_t> wanted_;
  std::vector<Cuts> cuts_;
};

}  // namespace

AxisCover cover(std::int64_t size, std::int64_t windows, std::int64_t kernel, std::int64_t stride,
                std::int64_t dilation, std::int64_t pad) {
  AxisCover c;
  std::vector<bool> touched(static_cast<std::size_t>(size), false);
  for (std::int64_t k = 0; k < kernel; ++k) {
    bool used = false;
    for (std::int64_t w = 0; w < windows; ++w) {
      const std::int64_t at = w * stride + k * dilation - pad;
      if (at < 0 || at >= size) continue;
      touched[static_cast<std::size_t>(at)] = used = true;
      ++c.taps;
    }
    c.kernel += used;
  }
  c.touched = std::count(touched.begin(), touched.end(), true);
  return c;
}

ConvCover cover(const Conv& conv, const Shape& x, const Shape& weights, const Shape& y) {
  const std::int64_t pads[] = {conv.pads.top, conv.pads.left};
  ConvCover c;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    AxisCover& a = axis == 0 ? c.vertical : c.horizontal;
    const std::int64_t in = x[2 + axis], out = y[2 + axis], kernel = weights[2 + axis];
    const auto of = [&](std::int64_t size, std::int64_t windows) {
      return cover(size, windows, kernel, conv.stride[axis], conv.dilation[axis], pads[axis]);
    };
    a = conv.transposed ? of(out, in) : of(in, out);
    if (!conv.transposed) continue;
    a.touched = 0;
    for (std::int64_t i = 0; i < in; ++i) {
      bool reaches = false;
      for (std::int64_t k = 0; k < kernel; ++k) {
        const std::int64_t at = i * conv.stride[axis] + k * conv.dilation[axis] - pads[axis];
        reaches = reaches || (at >= 0 && at < out);
      }
      a.touched += reaches;
    }
  }
  return c;
}

std::vector<std::int64_t> demand(const Graph& graph) { return Demands(graph).run(); }

}  // namespace inf::workflow::sweep
