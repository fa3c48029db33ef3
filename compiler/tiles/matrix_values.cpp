#include "compiler/tiles/matrix_values.h"

#include "compiler/tiles/lowering.h"

// Values as matrices in SBUF: which forms of a value exist, and how a missing one is made from those that do.
namespace inf::compiler {

namespace {

RowOrder all_rows(std::int64_t rows) { return {.rows = rows}; }

/// Elements up to which a fetch with single-element descriptors costs less than a pass through the tensor engine.
constexpr std::int64_t kScatteredFetch = 4096;

/// Heads without gaps between them lie as if there were one.
bool same_form(Wish a, Wish b) {
  for (Wish* w : {&a, &b})
    if (w->group == w->pitch) w->group = w->pitch = w->cols;
  return a == b;
}

}  // namespace

std::int64_t Lowering::cols_of(ValueId value) const {
  const Shape& s = shape(graph_, value);
  return s.empty() ? 1 : s.back();
}
std::int64_t Lowering::rows_of(ValueId value) const { return elements(shape(graph_, value)) / cols_of(value); }

MatrixHome& Lowering::home(ValueId value) {
  MatrixHome& h = homes_[static_cast<std::size_t>(value)];
  if (h.value != kNoValue && h.value != value) return home(h.value);
  h.value = value;
  return h;
}

Wish Lowering::whole(ValueId value, Matrix::Major major, DType dtype) const {
  const std::int64_t cols = cols_of(value);
  return {.major = major,
          .dtype = dtype,
          .cols = cols,
          .group = cols,
          .pitch = cols,
          .order = all_rows(major == Matrix::Major::tokens ? rows_of(value) : 0)};
}

MatrixId Lowering::tokens_of(ValueId value, const Node& reader) {
  return matrix_of(value, whole(value, Matrix::Major::tokens, stored_as(home(value).value)), reader);
}
MatrixId Lowering::features_of(ValueId value, const Node& reader) {
  return matrix_of(value, whole(value, Matrix::Major::features, program_.compute), reader);
}

MatrixId Lowering::add_matrix(const std::string& name, const Wish& wish, std::int64_t rows) {
  Matrix m;
  m.major = wish.major;
  m.name = name;
  m.dtype = wish.dtype;
  m.cols = wish.cols;
  m.group = wish.group;
  m.pitch = wish.pitch;
  const bool tokens = wish.major == Matrix::Major::tokens;
  m.rows = tokens ? wish.order.count() : rows;
  m.period = tokens ? wish.order.rows : rows;
  program_.matrices.push_back(std::move(m));
  return static_cast<MatrixId>(program_.matrices.size() - 1);
}

bool Lowering::on_chip(ValueId value) {
  const ValueId outside = captured_[static_cast<std::size_t>(value)];
  return outside != kNoValue ? outer_->on_chip(outside) : home(value).on_chip();
}

MatrixId Lowering::matrix_of(ValueId value, const Wish& wish, const Node& reader) {
  if (const ValueId outside = captured_[static_cast<std::size_t>(value)]; outside != kNoValue)
    return before_loop([&] { return outer_->matrix_of(outside, wish, reader); });
  const ValueId source = home(value).value;
  const auto existing = [&](const Wish& w) {
    for (const MatrixHome::Form& form : home(source).forms)
      if (same_form(form.wish, w)) return form.matrix;
    return kNoMatrix;
  };
  if (const MatrixId have = existing(wish); have != kNoMatrix) return have;
  const Wish tokens = whole(source, Matrix::Major::tokens, stored_as(source));
  const int pending = home(source).pending;
  MatrixId made = kNoMatrix;
  if (const MatrixId from = existing(tokens); from != kNoMatrix && wish.major == Matrix::Major::features)
    made = turned(from, wish, graph_.value(source).name, reader);
  else if (pending >= 0)
    made = linear(graph_.nodes[static_cast<std::size_t>(pending)], wish);
  else if (!home(source).on_chip())
    made = outer_ && constant(graph_, source) ? before_loop([&] { return fetched(source, wish, reader); })
                                              : fetched(source, wish, reader);
  else if (wish.major == Matrix::Major::features)
    made = turned(matrix_of(source, tokens, reader), wish, graph_.value(source).name, reader);
  else
    made = turned(some_features(source, reader), wish, graph_.value(source).name, reader);
  offer(source, wish, made);
  return made;
}

/// A features form of all columns of a value that is on chip, whatever its heads' pitch.
MatrixId Lowering::some_features(ValueId value, const Node& reader) {
  if (const ValueId outside = captured_[static_cast<std::size_t>(value)]; outside != kNoValue)
    return before_loop([&] { return outer_->some_features(outside, reader); });
  for (const MatrixHome::Form& form : home(value).forms)
    if (form.wish.major == Matrix::Major::features && form.wish.first == 0 && form.wish.cols == cols_of(value) &&
        form.wish.alpha == 1 && form.wish.dtype == program_.compute)
      return form.matrix;
  return features_of(value, reader);
}

MatrixId Lowering::fetched(ValueId value, const Wish& wish, const Node& reader) {
  const std::int64_t rows = rows_of(value), cols = cols_of(value);
  const bool tokens = wish.major == Matrix::Major::tokens;
  const bool scattered = !tokens && rows * wish.cols <= kScatteredFetch && wish.group == wish.pitch && wish.alpha == 1;
  if (!tokens && !scattered) {
    Wish first = whole(value, Matrix::Major::tokens, program_.compute);
    return turned(matrix_of(value, first, reader), wish, graph_.value(value).name, reader);
  }
  FetchTile t;
  t.x = loadable_as(wish.dtype, as_dense(tensor_of(value), reader), reader);
  t.y = add_matrix(graph_.value(value).name, wish, rows);
  t.start = wish.first;
  t.order = tokens ? wish.order : all_rows(rows);
  t.row_step = cols;
  OpEstimate e;
  e.dma_ns = dma_ns(chip_, static_cast<double>(t.order.count() * wish.cols * size_of(wish.dtype)));
  e.decision = tokens ? "tokens on partitions" : "features on partitions";
  add(reader, t, e);
  return t.y;
}

MatrixId Lowering::turned(MatrixId from, const Wish& wish, const std::string& name, const Node& reader) {
  TurnTile t;
  t.x = from;
  const std::int64_t rows = program_.matrix(from).rows;
  t.y = add_matrix(name + ".turned", wish, rows);
  t.first = wish.first;
  t.order = wish.major == Matrix::Major::tokens ? wish.order : all_rows(rows);
  t.alpha = wish.alpha;
  OpEstimate e;
  const double n =
      static_cast<double>(program_.matrix(t.y).blocks(chip_.sbuf.partitions) * program_.matrix(t.y).width());
  e.tensor_ns = n * 1000 / static_cast<double>(chip_.tensor.clock_mhz);
  e.vector_ns = lane_ns(chip_.vector, n);
  e.decision = "through the tensor engine";
  add(reader, t, e);
  return t.y;
}

void Lowering::deposit(ValueId value, TensorId tensor) {
  Node reader;
  reader.name = graph_.value(value).name;
  for (const Node& n : graph_.nodes)
    if (n.output == home(value).value) reader.name = n.name;
  DepositTile t;
  t.x = matrix_of(value, whole(value, Matrix::Major::tokens, stored_as(home(value).value)), reader);
  t.y = tensor;
  OpEstimate e;
  e.dma_ns = dma_ns(chip_, static_cast<double>(elements(shape(graph_, value)) * size_of(dtype_of(tensor))));
  e.decision = "to device memory";
  add(reader, t, e);
}

/// A reshape that keeps the last axis is the same matrix.
bool Lowering::alias_rows(const Node& node) {
  const ValueId x = node.inputs[0], y = node.output;
  if (home(y).on_chip()) {  // a global pooling made it
    note_free(node, "another view of the same storage");
    return true;
  }
  if (captured_[static_cast<std::size_t>(x)] != kNoValue || !on_chip(x) || cols_of(x) != cols_of(y)) return false;
  if (std::count(graph_.outputs.begin(), graph_.outputs.end(), y) > 0) return false;
  homes_[static_cast<std::size_t>(y)].value = home(x).value;
  note_free(node, "another view of the same storage");
  return true;
}

bool Lowering::lower_matrix(const Node& node) {
  if (as<Reshape>(node)) return alias_rows(node);
  if (as<Binary>(node) || as<Unary>(node)) return lower_map(node);
  return false;
}

}  // namespace inf::compiler
