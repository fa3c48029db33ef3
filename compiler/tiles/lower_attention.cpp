#include <fmt/format.h>

#include <bit>

#include "compiler/tiles/lowering.h"

namespace inf::compiler {
namespace {

/// Features of the widest head that one attention takes.
constexpr std::int64_t kWidestHead = 128;

/// PSUM banks that the scores of one tile of queries may take.
std::int64_t score_banks(const arch::ChipSpec& chip) { return std::min(4, chip.psum.banks) / 2 * 2; }
std::optional<Shortage> score_shortage(const arch::ChipSpec& chip, const Attention& op) {
  const std::int64_t banks = score_banks(chip), needed = (op.keys * 4 + banks - 1) / banks;
  if (needed <= chip.psum.bank_bytes) return std::nullopt;
  return Shortage{"PSUM for the scores of one query", static_cast<double>(needed),
                  static_cast<double>(chip.psum.bank_bytes), "bytes per partition", "chip.psum.bank_bytes"};
}

/// A head view as columns of a [rows, cols] matrix; empty where heads do not lie in whole columns.
struct HeadColumns {
  std::int64_t first = 0;
  RowOrder rows;
};
std::optional<HeadColumns> head_columns(const HeadView& view, std::int64_t cols, std::int64_t heads, std::int64_t width,
                                        std::int64_t batch, std::int64_t rows) {
  const std::int64_t first = view.offset % cols;
  const bool one_row = rows == 1 || view.row % cols == 0, whole = batch == 1 || view.batch % cols == 0;
  if (!one_row || !whole || (heads > 1 && view.head != width) || first + heads * width > cols) return std::nullopt;
  return HeadColumns{first, RowOrder{.offset = view.offset / cols,
                                     .step = rows == 1 ? 1 : view.row / cols,
                                     .rows = rows,
                                     .sequences = batch,
                                     .sequence_step = batch == 1 ? 0 : view.batch / cols}};
}

}  // namespace

/// Copies one operand so that heads lie side by side: [batch, rows, heads, width].
static CopyTile gather_heads(const HeadView& view, TensorId x, TensorId y, const Attention& op, std::int64_t rows,
                             std::int64_t width) {
  return {.x = x,
          .y = y,
          .x_start = view.offset,
          .size = {op.batch, rows, op.heads, width},
          .x_step = {view.batch, view.row, view.head, 1},
          .y_step = {rows * op.heads * width, op.heads * width, width, 1}};
}

void Lowering::lower_op(const Node& node, const Attention& op) {
  const int partitions = chip_.sbuf.partitions;
  const std::int64_t widest = std::max(op.width, op.value_width);
  const std::int64_t most_keys = score_banks(chip_) * chip_.psum.bank_bytes / 4;
  if (widest > kWidestHead || op.keys > most_keys)
    refuse(node,
           fmt::format("attention with heads of {} features over {} keys; at most {} features and {} keys fit", widest,
                       op.keys, kWidestHead, most_keys),
           "split the heads or the keys", score_shortage(chip_, op));
  // Heads start where engines may begin on partitions; those that are wider than SBUF take whole blocks.
  const auto pitch =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(widest, kStartGrain))));
  // Each operand as columns of a matrix; where its heads are scattered a copy puts them side by side.
  const auto operand = [&](std::size_t slot, const HeadView& view, std::int64_t rows, std::int64_t width, Wish wish,
                           RowOrder& order) {
    const ValueId value = node.inputs[slot];
    wish.group = width, wish.pitch = pitch, wish.cols = op.heads * width;
    if (const auto at = head_columns(view, cols_of(value), op.heads, width, op.batch, rows)) {
      wish.first = at->first;
      order = at->rows;
      if (wish.major == Matrix::Major::tokens) wish.order = order;
      return matrix_of(value, wish, node);
    }
    const TensorId side =
        scratch(fmt::format("{}.heads{}", node.name, slot), {op.batch, rows, op.heads * width}, program_.compute);
    copy(node, gather_heads(view, as_dense(tensor_of(value), node), side, op, rows, width));
    order = {.rows = rows, .sequences = op.batch, .sequence_step = rows};
    FetchTile f{.x = side, .order = order, .row_step = op.heads * width};
    Wish tokens{.dtype = program_.compute, .cols = wish.cols, .group = wish.cols, .pitch = wish.cols, .order = order};
    const bool direct = wish.major == Matrix::Major::tokens;
    if (direct) tokens = wish, tokens.order = order;
    f.y = add_matrix(node.name + ".heads", tokens, 0);
    add(node, f, {});
    if (direct) return f.y;
    wish.first = 0;
    order = {.rows = rows, .sequences = op.batch, .sequence_step = rows};
    return turned(f.y, wish, node.name, node);
  };
  AttentionTile t;
  const Wish features{.major = Matrix::Major::features, .dtype = program_.compute};
  Wish scaled = features;
  scaled.alpha = op.scale;
  RowOrder v_rows;
  t.q = operand(0, op.q, op.rows, op.width, scaled, t.q_rows);
  t.k = operand(1, op.k, op.keys, op.width, features, t.k_rows);
  t.v = operand(2, op.v, op.keys, op.value_width, {.dtype = program_.compute}, v_rows);
  t.batch = op.batch, t.heads = op.heads, t.rows = op.rows, t.keys = op.keys, t.pitch = pitch;
  if (op.has_mask) {
    const ValueId mask = input(node, 3);
    const Constant* fixed = constant(graph_, mask);  // kept in fp32: a large negative number must not become infinite
    t.mask = fixed
                 ? program_.add_constant(graph_.value(mask).name + ".mask", fixed->floats(), fixed->shape, DType::fp32)
                 : loadable_as(DType::fp32, as_dense(tensor_of(mask), node), node);
    t.mask_step = op.mask_step;
  }
  const ValueId out = node.output;
  const auto at = head_columns(op.y, cols_of(out), op.heads, op.value_width, op.batch, op.rows);
  if (!at || at->first != 0 || cols_of(out) != op.heads * op.value_width)
    refuse(node, "attention whose heads are not joined side by side in its result",
           "join the heads along the last axis");
  t.y_rows = at->rows;
  Wish joined = whole(out, Matrix::Major::features, program_.compute);
  joined.group = op.value_width, joined.pitch = pitch;
  t.y = add_matrix(graph_.value(out).name, joined, rows_of(out));
  offer(out, joined, t.y);
  t.row_tile = static_cast<int>(std::min<std::int64_t>(op.rows, chip_.tensor.columns));
  // Heads of one feature block, or whole blocks of them: their queries never meet another head's slots.
  const std::int64_t per_block = std::max<std::int64_t>(1, std::min(partitions, chip_.tensor.columns) / pitch);
  std::int64_t pack = std::max<std::int64_t>(1, chip_.tensor.columns / op.rows);
  pack = pack >= per_block ? pack / per_block * per_block
                           : static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(pack)));
  t.pack = pitch > partitions ? 1 : static_cast<int>(std::min(pack, op.heads));
  OpEstimate e;
  const double groups = static_cast<double>(op.batch) * static_cast<double>((op.heads + t.pack - 1) / t.pack) *
                        static_cast<double>((op.rows + t.row_tile - 1) / t.row_tile);
  const double keys = static_cast<double>(op.keys), rows = static_cast<double>(t.row_tile * t.pack);
  e.tensor_ns = groups * (keys + rows * 2 * std::max(1.0, keys / partitions)) * 1000 /
                static_cast<double>(chip_.tensor.clock_mhz);
  e.vector_ns = lane_ns(chip_.vector, groups * keys * (op.has_mask ? 3 : 2));
  e.scalar_ns = lane_ns(chip_.scalar, groups * (keys + rows));
  e.decision = fmt::format("{} heads at once, {} rows, scores stay on chip", t.pack, t.row_tile);
  add(node, t, e);
  program_.ops.back().macs = op.batch * op.heads * op.rows * op.keys * (op.width + op.value_width);
}

}  // namespace inf::compiler
