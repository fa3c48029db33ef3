#include "compiler/streams/emission.h"
#include "isa/base/error.h"

namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::ActFn;
using numerics::AluOp;

FirstStep first_step(const Activation& act) {
  switch (act.fn) {
    case Act::none:
    case Act::clip:
    case Act::hard_sigmoid:
    case Act::hard_swish:
    case Act::elu: return {};
    case Act::neg: return {ActFn::copy, -1, 0};
    case Act::relu: return {ActFn::relu, 1, 0};
    case Act::leaky_relu: return {ActFn::prelu, 1, act.alpha};
    case Act::sigmoid: return {ActFn::sigmoid, 1, 0};
    case Act::tanh: return {ActFn::tanh, 1, 0};
    case Act::silu: return {ActFn::silu, 1, 0};
    case Act::gelu: return {ActFn::gelu, 1, 0};
    case Act::gelu_tanh: return {ActFn::gelu_tanh, 1, 0};
    case Act::softplus: return {ActFn::softplus, 1, 0};
    case Act::exp: return {ActFn::exp, 1, 0};
    case Act::log: return {ActFn::log, 1, 0};
    case Act::sqrt: return {ActFn::sqrt, 1, 0};
    case Act::abs: return {ActFn::abs, 1, 0};
    case Act::reciprocal: return {ActFn::reciprocal, 1, 0};
    case Act::erf: return {ActFn::erf, 1, 0};
    case Act::sin: return {ActFn::sin, 1, 0};
    case Act::square: return {ActFn::square, 1, 0};
    case Act::sign: return {ActFn::sign, 1, 0};
    case Act::mish: return {ActFn::mish, 1, 0};
  }
  return {};
}

namespace {

isa::TensorScalar two_ops(const isa::Access& dst, const isa::Access& src, AluOp op0, float s0, AluOp op1, float s1) {
  isa::TensorScalar t;
  t.dst = dst;
  t.src = src;
  t.op0 = op0;
  t.s0 = ScalarOperand::imm(s0);
  t.op1 = op1;
  t.s1 = ScalarOperand::imm(s1);
  return t;
}

/// dst = clamp(alpha x + beta, 0, 1)
Horizon hard_sigmoid(Emission& e, const isa::Access& dst, const isa::Access& src, float alpha, float beta,
                     const Horizon& after) {
  const Horizon line = e.emit(Engine::vector, two_ops(dst, src, AluOp::multiply, alpha, AluOp::add, beta), after);
  return e.emit(Engine::vector, two_ops(dst, dst, AluOp::max, 0, AluOp::min, 1), line);
}

}  // namespace

Horizon finish_activation(Emission& e, const Activation& act, const isa::Access& data, const isa::Access& scratch,
                          const Horizon& after) {
  switch (act.fn) {
    case Act::clip:
      return e.emit(Engine::vector, two_ops(data, data, AluOp::max, act.alpha, AluOp::min, act.beta), after);
    case Act::hard_sigmoid: return hard_sigmoid(e, data, data, act.alpha, act.beta, after);
    case Act::hard_swish: {
      const Horizon gate = hard_sigmoid(e, scratch, data, 1.0f / 6.0f, 0.5f, after);
      return e.emit(Engine::vector, isa::TensorTensor{.dst = data, .a = data, .b = scratch, .op = AluOp::multiply},
                    gate);
    }
    case Act::elu: {  // max(x, 0) + (alpha exp(min(x, 0)) - alpha)
      const Horizon low = e.emit(Engine::vector, two_ops(scratch, data, AluOp::min, 0, AluOp::bypass, 0), after);
      isa::Activation exp{.dst = scratch,
                          .src = scratch,
                          .function = ActFn::exp,
                          .scale = ScalarOperand::imm(1),
                          .bias = ScalarOperand::imm(0)};
      const Horizon grown = e.emit(Engine::scalar, exp, low);
      const Horizon scaled = e.emit(
          Engine::vector, two_ops(scratch, scratch, AluOp::multiply, act.alpha, AluOp::subtract, act.alpha), grown);
      isa::ScalarTensorTensor sum{
          .dst = data, .a = data, .op0 = AluOp::max, .s = ScalarOperand::imm(0), .op1 = AluOp::add, .b = scratch};
      return e.emit(Engine::vector, sum, scaled);
    }
    default: return after;
  }
}

Horizon evict(Emission& e, const Activation& act, const isa::Access& dst, const isa::Access& src, float scale,
              const ScalarOperand& bias, const isa::Access& scratch, const Horizon& after) {
  if (act.fn == Act::none) e.evict_on_vector = !e.evict_on_vector;
  if (act.fn == Act::none && e.evict_on_vector) {
    isa::TensorScalar move = two_ops(dst, src, AluOp::multiply, scale, AluOp::bypass, 0);
    if (bias.is_access || bias.immediate != 0) move.op1 = AluOp::add, move.s1 = bias;
    return e.emit(Engine::vector, move, after);
  }
  const bool biased = bias.is_access || bias.immediate != 0;
  if (biased && (act.fn == Act::neg || act.fn == Act::reciprocal)) {  // these take no bias
    const Horizon plain = evict(e, {}, dst, src, scale, bias, scratch, after);
    return evict(e, act, dst, dst, 1, ScalarOperand::imm(0), scratch, plain);
  }
  const FirstStep step = first_step(act);
  isa::Activation move{
      .dst = dst, .src = src, .function = step.function, .scale = ScalarOperand::imm(step.scale * scale), .bias = bias};
  move.alpha = step.alpha;
  return finish_activation(e, act, dst, scratch, e.emit(Engine::scalar, move, after));
}

}  // namespace inf::compiler
