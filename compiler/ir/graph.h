#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace inf::compiler {

/// Element type at the graph level, where nothing is rounded yet: floats are fp32, indices are int64.
enum class Element : std::uint8_t { f32, i64, boolean };

using Shape = std::vector<std::int64_t>;
std::int64_t elements(const Shape& shape);

/// Values of a constant; shared, because folding and renaming never change them.
struct Constant {
  Shape shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> data;
  const std::vector<float>& floats() const { return std::get<0>(data); }
  const std::vector<std::int64_t>& ints() const { return std::get<1>(data); }
};

/// Index of a value (a tensor) in its graph.
using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;

struct Value {
  std::string name;
  Element element = Element::f32;
  Shape shape;
  std::shared_ptr<const Constant> constant;  ///< set for initialisers and folded values
};

/// What is applied to a result on its way out of PSUM.
enum class Act : std::uint8_t {
  none,
  relu,
  leaky_relu,
  clip,
  sigmoid,
  tanh,
  silu,
  gelu,
  gelu_tanh,
  elu,
  hard_sigmoid,
  hard_swish,
  softplus,
  exp,
  log,
  sqrt,
  abs,
  neg,
  reciprocal,
  erf,
  sin,
  square,
  sign,
  mish
};
struct Activation {
  Act fn = Act::none;
  float alpha = 0;  ///< leaky_relu: slope; clip: lower bound; elu, hard_sigmoid: alpha
  float beta = 0;   ///< clip: upper bound; hard_sigmoid: beta
  friend bool operator==(const Activation&, const Activation&) = default;
};

struct Pads {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  friend bool operator==(const Pads&, const Pads&) = default;
};
using Pair = std::array<std::int64_t, 2>;  ///< {vertical, horizontal}

// One struct per operator; inputs in brackets. Spatial operators are 2-D: a 1-D one is imported with height 1.
/// [x NCHW, w OIHW (transposed: IOHW), bias?, residual?] -> NCHW.  y = act(conv(x, w) + bias + residual)
struct Conv {
  Pair stride{1, 1}, dilation{1, 1};
  Pads pads;
  std::int64_t groups = 1;
  bool transposed = false;
  bool has_bias = false, has_residual = false;
  Pair output_padding{0, 0};  ///< transposed only
  Activation act;
};
/// [x NCHW] -> NCHW. Global pooling has the kernel of the whole plane.
struct Pool {
  enum class Kind : std::uint8_t { max, average } kind = Kind::max;
  Pair kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Pads pads;
  bool count_include_pad = false;
};
/// [x NCHW] -> NCHW; the output size is the value's shape.
struct Resize {
  enum class Mode : std::uint8_t { nearest, linear } mode = Mode::nearest;
  enum class Coordinates : std::uint8_t {
    half_pixel,
    pytorch_half_pixel,
    align_corners,
    asymmetric
  } coordinates = Coordinates::half_pixel;
  enum class Round : std::uint8_t { prefer_floor, prefer_ceil, floor, ceil } round = Round::prefer_floor;
  std::array<float, 2> scale{1, 1};  ///< output / input as the model states it, {vertical, horizontal}
};
/// [a, b] -> broadcast shape.  y = act(a op b)
struct Binary {
  /// Comparisons and logic give booleans; logic takes booleans. Integers (i64) are exact up to 2^24 on chip.
  enum class Op : std::uint8_t {
    add,
    sub,
    mul,
    div,
    max,
    min,
    pow,
    equal,
    less,
    less_equal,
    greater,
    greater_equal,
    logic_and,
    logic_or,
    logic_xor
  } op = Op::add;
  Activation act;
};
/// [x] -> same shape.
struct Unary {
  Activation act;
};
/// [a (..., M, K), b (..., K, N), bias?, residual?] -> (..., M, N).  y = act(alpha * a x b + beta * bias + residual);
/// transposes are of the last two axes, the residual has y's shape
struct MatMul {
  bool transpose_a = false, transpose_b = false, has_bias = false, has_residual = false;
  float alpha = 1, beta = 1;
  Activation act;
};
/// [x, scale, shift, mean, variance] -> same shape; channels on axis 1.
struct BatchNorm {
  float epsilon = 1e-5f;
};
/// [x...] -> joined along axis.
struct Concat {
  std::int64_t axis = 0;
};
/// [x] -> x over `axis`, numerically safe.
struct Softmax {
  std::int64_t axis = -1;
};
/// [x] -> value's shape, same linear order (also flatten, squeeze, unsqueeze).
struct Reshape {};
/// [x] -> y[i] = x permuted; perm[k] is the input axis that becomes output axis k.
struct Transpose {
  std::vector<std::int64_t> perm;
};
/// [x] -> y; start and step per axis, sizes are the value's shape.
struct Slice {
  std::vector<std::int64_t> start, step;
};
/// [x] -> y; amounts before and after per axis.
struct Pad {
  enum class Mode : std::uint8_t { constant, reflect, edge } mode = Mode::constant;
  std::vector<std::int64_t> before, after;
  float value = 0;
};
/// [x] -> reduced over axes.
struct Reduce {
  enum class Op : std::uint8_t { mean, sum, max, min } op = Op::mean;
  std::vector<std::int64_t> axes;
  bool keep_dims = true;
};
/// [x, scale?, shift?] -> same shape, over the last axis.  y = (x - mean) / sqrt(variance + epsilon) * scale + shift;
/// without `center` the mean is taken as 0 (RMS norm). scale and shift have one element per position of the axis.
struct LayerNorm {
  float epsilon = 1e-5f;
  bool center = true;
};
/// Where element [batch, head, row, feature] of a value lies in its row-major order: offset + batch * b + head * h +
/// row * r + feature. Units: elements.
struct HeadView {
  std::int64_t offset = 0, batch = 0, head = 0, row = 0;
  friend bool operator==(const HeadView&, const HeadView&) = default;
};
/// [q, k, v, mask?] -> value's shape.  y = softmax(scale * q x transpose(k) + mask) x v for each batch entry and head:
/// the splitting and joining of heads is in the views.
struct Attention {
  std::int64_t batch = 1, heads = 1, rows = 0, keys = 0;  ///< rows: of q and y; keys: rows of k and v
  std::int64_t width = 0, value_width = 0;                ///< features of one head of q and k, and of v and y
  float scale = 1;
  HeadView q, k, v, y;
  bool has_mask = false;
  std::array<std::int64_t, 4> mask_step{};  ///< elements per batch entry, head, row, key; 0 where it is broadcast
};
/// [condition, a, b] -> broadcast shape.  y = condition ? a : b
struct Where {};
/// [x] -> same shape, another element type; floats to integers truncate toward zero, anything but 0 is true.
struct Cast {
  Element to = Element::f32;
};
/// [x] -> value's shape: axes of size 1 (and missing leading ones) are repeated.
struct Expand {};
/// [data, indices] -> data.shape[:axis] + indices.shape + data.shape[axis + 1:]. Negative indices count from the end;
/// others outside the axis are an error when the program runs.
struct Gather {
  std::int64_t axis = 0;
};
/// [data (R, C), indices (n), updates (n, C)] -> data with row indices[i] replaced by (or increased by) updates[i], in
/// ascending order of i.
struct Scatter {
  bool add = false;
};
/// [x] -> index of the largest (smallest) element along an axis: the first of equals, or the last.
struct ArgMax {
  std::int64_t axis = -1;
  bool keep_dims = true, last = false, smallest = false;
};
/// [x] -> running sums along an axis.
struct CumSum {
  std::int64_t axis = 0;
  bool exclusive = false, reverse = false;
};
struct Graph;
/// [condition?, carried..., captured...] -> [carried..., scans (trips, ...)...]: runs `body` at most `trips` times,
/// while the condition holds. The body's inputs are [iteration (i64 scalar), condition, carried..., captured...], its
/// outputs [condition, carried..., scans...]; every carried value keeps its shape. Scans of rounds that did not run are
/// zero. It is the one operator with several outputs: Node::output is the first, Node::more has the others.
struct Loop {
  std::int64_t trips = 0;
  std::int64_t carried = 0;  ///< how many values are carried
  std::shared_ptr<const Graph> body;
};

using Operator =
    std::variant<Conv, Pool, Resize, Binary, Unary, MatMul, BatchNorm, Concat, Softmax, Reshape, Transpose, Slice, Pad,
                 Reduce, LayerNorm, Attention, Where, Cast, Expand, Gather, Scatter, ArgMax, CumSum, Loop>;

/// What became of one ONNX node; every node of the model has exactly one entry in the ledger.
enum class Fate : std::uint8_t { compiled, fused, folded, host, refused };
struct LedgerEntry {
  std::string node, onnx_type;  ///< node name (or its first output) and operator type, e.g. "Conv"
  Fate fate = Fate::compiled;
  std::string into;  ///< fused: the surviving node; refused: the reason
  std::int64_t macs = 0;
};

struct Node {
  Operator op;
  std::vector<ValueId> inputs;  ///< kNoValue where an optional input is absent
  ValueId output = kNoValue;
  std::string name;             ///< the ONNX node that it stands for; fused ones point here from the ledger
  std::vector<ValueId> more{};  ///< outputs after the first: a Loop's
};

/// A model as a list of nodes in execution order over values. Level 1 of the compiler.
struct Graph {
  std::string name;
  std::int64_t opset = 0;
  std::vector<Value> values;
  std::vector<Node> nodes;  ///< topologically sorted
  std::vector<ValueId> inputs, outputs;
  std::vector<LedgerEntry> ledger;

  const Value& value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
  Value& value(ValueId id) { return values[static_cast<std::size_t>(id)]; }
  ValueId add(Value v) { return values.push_back(std::move(v)), static_cast<ValueId>(values.size() - 1); }
};

/// Text form, one line per value that is an input or constant and one per node; parse(print(g)) == g for graphs with
/// constants elided to shapes or, with `with_data`, including constants.
std::string print(const Graph& graph, bool with_data = false);
Graph parse_graph(const std::string& text);

/// Checks every rule of the level (topological order, one writer per value, shapes agree with operators) and throws
/// Error{internal} naming `pass`.
void verify(const Graph& graph, const std::string& pass);

}  // namespace inf::compiler
