#include <fmt/format.h>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

namespace inf::compiler::importer {

void lower_gemm(Lowering& at) {
  for (std::size_t i = 0; i < 2; ++i)
    if (at.shape(i).size() != 2)
      at.broken(fmt::format("operand {} has shape {}, a matrix is needed", i, to_string(at.shape(i))));
  MatMul m;
  m.transpose_a = at.integer("transA", 0) != 0, m.transpose_b = at.integer("transB", 0) != 0;
  m.alpha = at.number("alpha", 1), m.beta = at.number("beta", 1);
  const bool adds = at.present(2) && m.beta != 0;
  const float beta = m.beta;
  const std::int64_t columns = at.shape(1)[m.transpose_b ? 0 : 1];
  m.has_bias = adds && at.is_constant(2) && !at.shape(2).empty() && at.shape(2).back() == columns &&
               elements(at.shape(2)) == columns;
  if (!m.has_bias) m.beta = 1;
  std::vector<ValueId> inputs = {at.input(0), at.input(1)};
  if (m.has_bias) inputs.push_back(at.input(2));
  ValueId y = at.emit(m, inputs);
  if (adds && !m.has_bias) {  // not one value per column: an operator of its own
    ValueId c = at.input(2);
    if (beta != 1)
      c = at.emit(Binary{.op = Binary::Op::mul}, {c, at.constant_value(Shape(), std::vector<float>{beta})});
    y = at.emit(Binary{}, {y, c});
  }
  at.result(y);
}

void lower_matmul(Lowering& at) {
  // A vector operand is a matrix of one row (left) or one column (right) whose axis vanishes from the result.
  ValueId a = at.input(0), b = at.input(1);
  const Shape sa = at.shape(0), sb = at.shape(1);
  if (sa.empty() || sb.empty()) at.broken("an operand is a scalar, matrices are needed");
  if (sa.size() == 1) a = at.reshaped(a, {1, sa[0]});
  if (sb.size() == 1) b = at.reshaped(b, {sb[0], 1});
  ValueId y = at.emit(MatMul{}, {a, b});
  Shape s = at.shape_of(y);
  if (sb.size() == 1) s.pop_back();
  if (sa.size() == 1) s.erase(s.end() - (sb.size() == 1 ? 1 : 2));
  at.result(at.reshaped(y, s));
}

}  // namespace inf::compiler::importer
