#include "compiler/tiles/plane_plan.h"

#include <algorithm>
#include <limits>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/reach.h"

namespace inf::compiler {
namespace {

/// Output channels that the narrowest chunk of weights has: where engines may begin on partitions.
constexpr std::int64_t kNarrowChunk = 32;

struct Range {
  int first = 0, last = -1;  ///< nodes
};

class PlanePlanner {
 public:
  PlanePlanner(const Graph& graph, const arch::ChipSpec& chip, const PlaneSetting& s)
      : graph_(graph),
        chip_(chip),
        use_(uses(graph)),
        compute_(s.compute),
        storage_(s.storage),
        ring_(s.weight_ring),
        share_(s.share) {
    plan_.values.resize(graph.values.size());
    plan_.groups.assign(graph.nodes.size(), 0);
    plan_.reduces.assign(graph.nodes.size(), false);
  }

  PlanePlan run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const ValueId y = node(i).output;
      if (!planable(node(i))) continue;
      if (batch_ == 0) batch_ = shape_of(y)[0];
      value(y).kept = shape_of(y)[0] == batch_;
    }
    for (bool again = true; again;) {
      while (drop_lonely()) {
      }
      want_forms();
      again = !fits();
    }
    return std::move(plan_);
  }

 private:
  const Node& node(std::size_t i) const { return graph_.nodes[i]; }
  PlanePlan::ForValue& value(ValueId id) { return plan_.values[static_cast<std::size_t>(id)]; }
  bool kept(ValueId id) const { return plan_.of(id).kept; }
  const Shape& shape_of(ValueId id) const { return shape(graph_, id); }

  std::int64_t weight_bytes(const Node& n, std::int64_t outputs) const {
    const Shape& w = shape_of(n.inputs[1]);
    return (w[1] + chip_.sbuf.partitions - 1) / chip_.sbuf.partitions * w[2] * w[3] * outputs * size_of(compute_);
  }

  bool planable(const Node& n) const {
    const Shape& y = shape_of(n.output);
    if (y.size() != 4 || n.inputs.empty() || shape_of(n.inputs[0]).size() != 4) return false;
    if (const auto* conv = as<Conv>(n))
      return !conv->transposed && conv->groups == 1 && constant(graph_, n.inputs[1]) && !needs_scratch(conv->act) &&
             conv->act.fn != Act::neg && conv->act.fn != Act::reciprocal &&
             2 * weight_bytes(n, std::min<std::int64_t>(kNarrowChunk, y[1])) <= chunk_room(ring_, chip_);
    const auto* pool = as<Pool>(n);
    return pool && !global(n) && in_reach(pool->dilation[0] * band_cols(n, *pool), pool->kernel[0]) &&
           (pool->kind == Pool::Kind::max || pool->pads == Pads{} || pool->count_include_pad);
  }

  /// Columns of an input that passes in bands.
  std::int64_t band_cols(const Node& n, const Pool& pool) const {
    return (shape_of(n.output)[3] - 1) * pool.stride[1] + (pool.kernel[1] - 1) * pool.dilation[1] + 1;
  }

  bool global(const Node& n) const {
    const auto* pool = as<Pool>(n);
    const Shape &x = shape_of(n.inputs[0]), &y = shape_of(n.output);
    return pool && y[2] == 1 && y[3] == 1 && pool->kernel[0] == x[2] && pool->kernel[1] == x[3] && pool->pads == Pads{};
  }

  /// A global pooling whose result only matrix products read, as rows of channels.
  bool makes_features(const Node& n) const {
    if (!as<Pool>(n) || !global(n) || !kept(n.inputs[0])) return false;
    const Shape& x = shape_of(n.inputs[0]);
    if (x[2] * x[3] > isa::kMaxFreeSbuf) return false;
    const int view = use_.only_consumer(n.output);
    if (view < 0 || !as<Reshape>(node(static_cast<std::size_t>(view)))) return false;
    const ValueId rows = node(static_cast<std::size_t>(view)).output;
    if (shape_of(rows) != Shape{shape_of(n.output)[0], shape_of(n.output)[1]} ||
        use_.is_output[static_cast<std::size_t>(rows)])
      return false;
    for (const int reader : use_.consumers_of(rows)) {
      const Node& product = node(static_cast<std::size_t>(reader));
      const auto* matmul = as<MatMul>(product);
      if (!matmul || product.inputs[0] != rows || matmul->transpose_a || !constant(graph_, product.inputs[1]))
        return false;
    }
    return !use_.consumers_of(rows).empty();
  }

  bool works_on_planes(std::size_t i) const { return kept(node(i).output) || makes_features(node(i)); }
  bool reads_plane(int reader) const { return works_on_planes(static_cast<std::size_t>(reader)); }

  Range life(ValueId id) const {
    Range r{use_.producer_of(id), use_.producer_of(id)};
    for (const int reader : use_.consumers_of(id))
      if (reads_plane(reader)) r.last = std::max(r.last, reader);
    return r;
  }

  bool lonely(ValueId id) const {
    const int maker = use_.producer_of(id);
    const Node& n = node(static_cast<std::size_t>(maker));
    const Range r = life(id);
    const bool from_plane = kept(n.inputs[0]);
    if (r.last == maker && !from_plane) return true;
    for (int i = r.first; i <= r.last; ++i)
      if (!works_on_planes(static_cast<std::size_t>(i))) return true;
    const auto* conv = as<Conv>(n);
    if (!conv) return false;
    if (conv->has_residual && !kept(n.inputs[kResidualSlot])) return true;
    return !from_plane && weight_bytes(n, shape_of(n.output)[1]) > chunk_room(ring_, chip_);
  }

  bool drop_lonely() {
    bool dropped = false;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (kept(node(i).output) && lonely(node(i).output)) {
        value(node(i).output).kept = false;
        dropped = true;
      }
    return dropped;
  }

  static void widen(WantedForm& form, const Pads& border, float outside) {
    form.wanted = true;
    if (border == Pads{}) return;
    form.border = {std::max(form.border.top, border.top), std::max(form.border.left, border.left),
                   std::max(form.border.bottom, border.bottom), std::max(form.border.right, border.right)};
    form.outside = outside;
  }

  /// Rows and columns outside the plane that a window reads.
  Pads border_of(const Node& n, const Pair& kernel, const Pair& stride, const Pair& dilation, const Pads& pads) const {
    const Shape &x = shape_of(n.inputs[0]), &y = shape_of(n.output);
    const auto beyond = [&](std::size_t axis, std::int64_t before) {
      const std::int64_t last = (y[axis + 2] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] - before;
      return std::max<std::int64_t>(0, last - (x[axis + 2] - 1));
    };
    return {pads.top, pads.left, beyond(0, pads.top), beyond(1, pads.left)};
  }

  WantedForm& operand_of(ValueId id) { return compute_ == storage_ ? value(id).stored : value(id).operand; }

  void want(const Node& n) {
    const ValueId x = n.inputs[0];
    if (const auto* conv = as<Conv>(n)) {
      const Shape& w = shape_of(n.inputs[1]);
      if (kept(x)) widen(operand_of(x), border_of(n, {w[2], w[3]}, conv->stride, conv->dilation, conv->pads), 0);
      if (conv->has_residual) value(n.inputs[kResidualSlot]).stored.wanted = true;
    } else if (const auto* pool = as<Pool>(n); pool && kept(x)) {
      const bool max = pool->kind == Pool::Kind::max;
      const Pads border = border_of(n, pool->kernel, pool->stride, pool->dilation, pool->pads);
      // Rounding and taking the largest may change places.
      const bool rounded = max && !makes_features(n) && !plan_.of(n.output).stored.wanted;
      const auto* maker = as<Conv>(node(static_cast<std::size_t>(use_.producer_of(x))));
      const bool positive = maker && (maker->act.fn == Act::relu || maker->act.fn == Act::sigmoid);
      const float outside = max && !positive ? -std::numeric_limits<float>::infinity() : 0.0f;
      WantedForm& form = rounded ? operand_of(x) : value(x).stored;
      if (form.border != Pads{} && border != Pads{} && form.outside != outside) value(x).kept = false;
      widen(form, border, outside);
    }
  }

  /// Readers come after writers, so that a pooling knows what is wanted of its result.
  void want_forms() {
    for (PlanePlan::ForValue& v : plan_.values) v.stored = v.operand = {}, v.in_memory = false;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const ValueId y = node(i).output;
      plan_.reduces[i] = makes_features(node(i));
      plan_.groups[i] = 0;
      if (kept(y)) {
        PlanePlan::ForValue& v = value(y);
        v.in_memory = use_.is_output[static_cast<std::size_t>(y)];
        for (const int reader : use_.consumers_of(y)) v.in_memory = v.in_memory || !reads_plane(reader);
        v.stored.wanted = v.stored.wanted || v.in_memory;
        v.images = batch_;
      }
      if (works_on_planes(i)) want(node(i));
    }
  }

  /// Bytes per partition of one image in every form.
  std::int64_t bytes(ValueId id) const {
    const PlanePlan::ForValue& v = plan_.of(id);
    const Shape& s = shape_of(id);
    const bool leaves = life(id).last == use_.producer_of(id);  // such values may be kept in fp32
    std::int64_t sum = 0;
    for (const auto& [form, dtype] : {std::pair{v.stored, leaves ? DType::fp32 : storage_}, {v.operand, compute_}}) {
      if (!form.wanted) continue;
      Plane p{"", dtype, 1, s[1], s[2], s[3], form.border};
      sum += (p.bytes(chip_.sbuf.partitions) + 63) / 64 * 64;
    }
    return sum;
  }

  std::int64_t room(int i) const {
    const Node& n = node(static_cast<std::size_t>(i));
    const double all = static_cast<double>(sbuf_budget(chip_) - ring_ - plane_workspace(chip_, !kept(n.inputs[0])));
    return static_cast<std::int64_t>(all * share_);
  }

  /// Neighbouring nodes that work on planes.
  std::vector<Range> stretches() const {
    std::vector<Range> list;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!works_on_planes(i)) continue;
      if (!list.empty() && list.back().last == static_cast<int>(i) - 1)
        list.back().last = static_cast<int>(i);
      else
        list.push_back({static_cast<int>(i), static_cast<int>(i)});
    }
    return list;
  }

  struct Held {
    ValueId id = kNoValue;
    Range life;
    std::int64_t bytes = 0;
  };
  std::vector<Held> held_in(const Range& stretch) const {
    std::vector<Held> list;
    for (int i = stretch.first; i <= stretch.last; ++i)
      if (const ValueId y = node(static_cast<std::size_t>(i)).output; kept(y)) list.push_back({y, life(y), bytes(y)});
    return list;
  }

  /// How many images the nodes before `split` may take at a time when those from there on take all `images`.
  std::int64_t group_before(const std::vector<Held>& held, const Range& stretch, int split, std::int64_t images) const {
    std::int64_t crossing = 0, group = images;
    for (const Held& h : held)
      if (h.life.first < split && h.life.last >= split) crossing += h.bytes * images;
    for (int i = stretch.first; i < split; ++i) {
      std::int64_t local = 0;
      for (const Held& h : held)
        if (h.life.first <= i && i <= h.life.last && h.life.last < split) local += h.bytes;
      const std::int64_t left = room(i) - crossing;
      if (left < local) return 0;
      if (local > 0) group = std::min(group, left / local);
    }
    return group;
  }

  /// Elements of the constants that a node reads.
  std::int64_t weights_of(int i) const {
    std::int64_t sum = 0;
    for (const ValueId id : node(static_cast<std::size_t>(i)).inputs)
      if (constant(graph_, id)) sum += elements(graph_.value(id).shape);
    return sum;
  }

  std::int64_t live(const std::vector<Held>& held, int i) const {
    std::int64_t sum = 0;
    for (const Held& h : held)
      if (h.life.first <= i && i <= h.life.last) sum += h.bytes;
    return sum;
  }

  /// Images at a time for the nodes of a stretch; false when a value must go.
  bool group(const Range& stretch) {
    const std::vector<Held> held = held_in(stretch);
    const std::int64_t images = batch_;
    int split = stretch.last + 1;
    while (split > stretch.first && images * live(held, split - 1) <= room(split - 1)) --split;
    if (split == stretch.first) return true;
    // Every split from here on leaves room for all images behind it; the best one loads least again turn by turn.
    std::int64_t best_split = 0, best_size = 0, least = 0, weights = 0;
    for (int i = stretch.first; i < split; ++i) weights += weights_of(i);
    for (; images > 1 && split <= stretch.last + 1; ++split) {
      const std::int64_t size = group_before(held, stretch, split, images);
      const std::int64_t again = size == 0 ? 0 : ((images + size - 1) / size - 1) * weights;
      if (size > 0 && (best_size == 0 || again < least)) best_split = split, best_size = size, least = again;
      if (split <= stretch.last) weights += weights_of(split);
    }
    if (best_size > 0) {
      for (int i = stretch.first; i < best_split; ++i) plan_.groups[static_cast<std::size_t>(i)] = best_size;
      for (const Held& h : held)
        if (h.life.last < best_split) value(h.id).images = best_size;
      return true;
    }
    return drop_largest(stretch, held);
  }

  bool drop_largest(const Range& stretch, const std::vector<Held>& held) {
    int worst = stretch.first;
    for (int i = stretch.first; i <= stretch.last; ++i)
      if (live(held, i) - room(i) > live(held, worst) - room(worst)) worst = i;
    const Held* largest = nullptr;
    for (const Held& h : held)
      if (h.life.first <= worst && worst <= h.life.last && (!largest || h.bytes > largest->bytes)) largest = &h;
    return value(largest->id).kept = false;
  }

  /// Whether one instruction reaches all rows of each window that a pooling reads of its plane.
  bool windows_in_reach(const Node& n) const {
    const auto* pool = as<Pool>(n);
    if (!pool || !kept(n.inputs[0])) return true;
    const PlanePlan::ForValue& x = plan_.of(n.inputs[0]);
    for (const WantedForm& form : {x.stored, x.operand}) {
      const std::int64_t pitch = form.border.left + shape_of(n.inputs[0])[3] + form.border.right;
      if (form.wanted && !in_reach(pool->dilation[0] * pitch, pool->kernel[0])) return false;
    }
    return true;
  }

  bool fits() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (works_on_planes(i) && !windows_in_reach(node(i))) return value(node(i).inputs[0]).kept = false;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (kept(node(i).output) && lonely(node(i).output)) return false;
    for (const Range& stretch : stretches())
      if (!group(stretch)) return false;
    return true;
  }

  const Graph& graph_;
  const arch::ChipSpec& chip_;
  Uses use_;
  DType compute_, storage_;
  std::int64_t ring_ = 0;
  double share_;
  std::int64_t batch_ = 0;  ///< images of every value that is kept
  PlanePlan plan_;
};

}  // namespace

std::int64_t chunk_room(std::int64_t weight_ring, const arch::ChipSpec& chip) {
  return weight_ring > 0 ? weight_ring : weight_ring_bytes(chip);
}

std::int64_t plane_workspace(const arch::ChipSpec& chip, bool bands) {
  return bands ? sbuf_budget(chip) / 8 / 64 * 64 : 2048;
}

PlanePlan plan_planes(const Graph& graph, const arch::ChipSpec& chip, const PlaneSetting& setting) {
  return PlanePlanner(graph, chip, setting).run();
}

}  // namespace inf::compiler
