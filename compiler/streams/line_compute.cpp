#include "compiler/streams/line_compute.h"

#include <algorithm>
#include <limits>

#include "compiler/tiles/line_plan.h"

// What one tile of an operator along an axis computes, on vector.
namespace inf::compiler {

using arch::Engine;
using isa::Access;
using isa::ScalarOperand;
using numerics::AluOp;

namespace {

AluOp alu_of(Reduce::Op op) {
  switch (op) {
    case Reduce::Op::mean:
    case Reduce::Op::sum: return AluOp::add;
    case Reduce::Op::max: return AluOp::max;
    case Reduce::Op::min: return AluOp::min;
  }
  return AluOp::add;
}

/// Instructions of one tile, each after the one before.
class LineChain {
 public:
  LineChain(Emission& e, const LineTile& t, const LinePlace& p, const Horizon& after)
      : e_(e), t_(t), p_(p), at_(after), x_type_(type_of(t.x)), y_type_(type_of(t.y)) {}

  void reduce();
  void running();
  void arg_max();
  const Horizon& at() const { return at_; }

 private:
  DType type_of(TensorId id) const { return e_.program.tensor(e_.program.root(id)).dtype; }
  void emit(isa::Operation op) { at_ = e_.emit(Engine::vector, std::move(op), at_); }
  Access access(std::int64_t offset, DType type, const Pattern& free) const {
    return sbuf_access(offset, 0, p_.partitions, type, free);
  }
  Access row(std::int64_t offset, DType type, std::int64_t n) const {
    return access(offset, type, Pattern::row(static_cast<std::uint32_t>(n)));
  }
  /// Positions [first, first + n) of column `column` of a [positions][width] buffer, backwards when `reversed`.
  Access line(std::int64_t offset, DType type, std::int64_t column, std::int64_t first, std::int64_t n,
              bool reversed) const {
    const std::int64_t start = (reversed ? first + n - 1 : first) * p_.width + column;
    const auto step = static_cast<std::int32_t>(reversed ? -p_.width : p_.width);
    return access(offset + start * size_of(type), type, Pattern::row(static_cast<std::uint32_t>(n), step));
  }
  void scalar(const Access& dst, const Access& src, AluOp op0, float s0, AluOp op1 = AluOp::bypass, float s1 = 0);
  Access prepared(std::int64_t column);
  void search(std::int64_t column);

  Emission& e_;
  const LineTile& t_;
  const LinePlace& p_;
  Horizon at_;
  DType x_type_, y_type_;
};

void LineChain::scalar(const Access& dst, const Access& src, AluOp op0, float s0, AluOp op1, float s1) {
  isa::TensorScalar t;
  t.dst = dst;
  t.src = src;
  t.op0 = op0;
  t.s0 = ScalarOperand::imm(s0);
  t.op1 = op1;
  t.s1 = ScalarOperand::imm(s1);
  emit(t);
}

void LineChain::reduce() {
  const auto width = static_cast<std::uint32_t>(p_.width), count = static_cast<std::uint32_t>(p_.count);
  const Access lines = access(p_.x, x_type_, Pattern::grid({1, width}, {static_cast<std::int32_t>(p_.width), count}));
  const Access sum = row(p_.state, DType::fp32, p_.width), part = row(p_.work, DType::fp32, p_.width),
               y = row(p_.y, y_type_, p_.width);
  const bool plain = t_.scale == 1, direct = p_.begins && p_.ends && plain;
  isa::TensorReduce r{.dst = direct ? y : p_.begins ? sum : part, .src = lines, .op = alu_of(t_.op), .axes = 1};
  emit(r);
  if (!p_.begins) emit(isa::TensorTensor{.dst = sum, .a = sum, .b = part, .op = alu_of(t_.op)});
  if (!p_.ends || direct) return;
  if (plain)
    emit(isa::TensorCopy{.dst = y, .src = sum});
  else
    scalar(y, sum, AluOp::multiply, t_.scale);
}

/// The work buffer holds, in the order of the summing, the sum before the first position and those after each.
void LineChain::running() {
  const std::int64_t sums = p_.work + p_.width * 4;
  const Access before = row(p_.work, DType::fp32, p_.width);
  if (p_.begins)
    emit(isa::Memset{.dst = before, .value = 0});
  else
    emit(isa::TensorCopy{.dst = before, .src = row(p_.before + p_.count_before * p_.width * 4, DType::fp32, p_.width)});
  for (std::int64_t column = 0; column < p_.width; ++column) {
    const Access out = line(sums, DType::fp32, column, 0, p_.count, false);
    Access src = line(p_.x, x_type_, column, 0, p_.count, t_.reverse);
    if (x_type_ == DType::int32) {  // which the scan does not take
      emit(isa::TensorCopy{.dst = out, .src = src});
      src = out;
    }
    isa::TensorScalarCumulative scan;
    scan.dst = out;
    scan.src = src;
    scan.op0 = AluOp::bypass;
    scan.s = ScalarOperand::imm(0);
    scan.op1 = AluOp::add;
    scan.initial = ScalarOperand::vector(row(p_.work + column * 4, DType::fp32, 1));
    emit(scan);
  }
  const auto width = static_cast<std::uint32_t>(p_.width), count = static_cast<std::uint32_t>(p_.count);
  const auto step = static_cast<std::int32_t>(p_.width);
  const Access from = access(t_.exclusive ? p_.work : sums, DType::fp32, Pattern::grid({step, count}, {1, width}));
  const std::int64_t last = t_.reverse ? (p_.count - 1) * p_.width * size_of(y_type_) : 0;
  emit(isa::TensorCopy{
      .dst = access(p_.y + last, y_type_, Pattern::grid({t_.reverse ? -step : step, count}, {1, width})), .src = from});
}

/// The line as the search wants it: the largest element first met is the answer, and there are at least eight.
Access LineChain::prepared(std::int64_t column) {
  const Access src = line(p_.x, x_type_, column, 0, p_.count, t_.last);
  if (p_.count >= kSearchFewest && !t_.last && !t_.smallest) return src;
  const std::int64_t n = std::max(p_.count, kSearchFewest);
  if (n > p_.count)
    emit(isa::Memset{.dst = row(p_.work, DType::fp32, n), .value = -std::numeric_limits<float>::infinity()});
  scalar(row(p_.work, DType::fp32, p_.count), src, AluOp::multiply, t_.smallest ? -1.0f : 1.0f);
  return row(p_.work, DType::fp32, n);
}

void LineChain::search(std::int64_t column) {
  const std::int64_t values = p_.work + std::max(t_.piece, kSearchFewest) * 4, indices = values + 32,
                     found = indices + 32, better = found + 4;
  const Access src = prepared(column);
  emit(isa::Max8{.dst = row(values, DType::fp32, 8), .src = src});
  emit(isa::FindIndex8{.dst = row(indices, DType::uint32, 8), .src = src, .values = row(values, DType::fp32, 8)});
  // The place in the tile becomes the place on the axis.
  const Access index = row(p_.y + column * 4, DType::int32, 1), most = row(p_.state + column * 4, DType::fp32, 1);
  const Access here = p_.begins ? index : row(found, DType::int32, 1);
  const std::int64_t base = t_.last ? p_.first + p_.count - 1 : p_.first;
  scalar(here, row(indices, DType::uint32, 1), AluOp::multiply, t_.last ? -1.0f : 1.0f, AluOp::add,
         static_cast<float>(base));
  if (p_.begins) {
    if (!p_.ends) emit(isa::TensorCopy{.dst = most, .src = row(values, DType::fp32, 1)});
    return;
  }
  const Access pred = row(better, DType::uint32, 1);
  emit(isa::TensorTensor{.dst = pred, .a = row(values, DType::fp32, 1), .b = most, .op = AluOp::gt});
  isa::TensorCopyPredicated take;
  take.dst = index;
  take.src = here;
  take.pred = pred;
  emit(take);
  emit(isa::TensorTensor{.dst = most, .a = most, .b = row(values, DType::fp32, 1), .op = AluOp::max});
}

void LineChain::arg_max() {
  for (std::int64_t column = 0; column < p_.width; ++column) search(column);
}

}  // namespace

Horizon compute_line(Emission& e, const LineTile& t, const LinePlace& p, const Horizon& after) {
  LineChain chain(e, t, p, after);
  switch (t.kind) {
    case LineTile::Kind::reduce: chain.reduce(); break;
    case LineTile::Kind::running: chain.running(); break;
    case LineTile::Kind::arg_max: chain.arg_max(); break;
  }
  return chain.at();
}

}  // namespace inf::compiler
