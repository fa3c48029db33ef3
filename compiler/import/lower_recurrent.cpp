#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

// LSTM, GRU and RNN unrolled over the sequence: one matrix product projects the inputs of all steps, one more per step
// joins the gates of the state.
namespace inf::compiler::importer {
namespace {

using Ids = std::vector<ValueId>;

/// What the three operators share.
struct Recurrence {
  Lowering& at;
  std::int64_t gates = 1;
  std::int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, directions = 1;
  bool backwards_first = false, batch_first = false;
  std::vector<Act> activations;  ///< per direction, one after the other
  ValueId x = kNoValue;          ///< (steps * batch, inputs)

  ValueId whole(std::size_t slot) const { return at.present(slot) ? at.input(slot) : kNoValue; }
  bool backwards(std::int64_t direction) const { return backwards_first || direction == 1; }

  /// The part of a (directions, ...) operand that one direction uses, without that axis.
  ValueId of_direction(ValueId v, std::int64_t d) const {
    Shape s = at.shape_of(v);
    s.erase(s.begin());
    return at.reshaped(cut(at, v, 0, d, d + 1), s);
  }
  /// Gates [first, last) of a (gates * hidden, ...) operand.
  ValueId of_gates(ValueId v, std::int64_t first, std::int64_t last) const {
    return cut(at, v, 0, first * hidden, last * hidden);
  }
  ValueId weights(std::size_t slot, std::int64_t d) const { return of_direction(at.input(slot), d); }
  /// Input biases (half 0) or recurrent ones (half 1) of one direction; kNoValue when there are none.
  ValueId bias(std::int64_t d, std::int64_t half) const {
    if (!at.present(3)) return kNoValue;
    return cut(at, of_direction(at.input(3), d), 0, half * gates * hidden, (half + 1) * gates * hidden);
  }
  ValueId state(std::size_t slot, std::int64_t d) const {
    if (!at.present(slot))
      return at.constant_value({batch, hidden}, std::vector<float>(static_cast<std::size_t>(batch * hidden), 0.0f));
    ValueId v = at.input(slot);
    if (batch_first) v = at.emit(Transpose{{1, 0, 2}}, {v});
    return of_direction(v, d);
  }
  ValueId product(ValueId a, ValueId b, ValueId bias) const {
    MatMul m;
    m.transpose_b = true, m.has_bias = bias != kNoValue;
    return at.emit(m, {a, b, bias});
  }
  /// Rows of step `t` of the projected inputs.
  ValueId step_of(ValueId projected, std::int64_t t) const { return cut(at, projected, 0, t * batch, (t + 1) * batch); }
  Act act(std::int64_t d, std::size_t which) const {
    return activations[static_cast<std::size_t>(d) * (activations.size() / static_cast<std::size_t>(directions)) +
                       which];
  }
};

Act activation_named(const Lowering& at, const std::string& word) {
  static const std::pair<const char*, Act> kKnown[] = {
      {"Sigmoid", Act::sigmoid}, {"Tanh", Act::tanh}, {"Relu", Act::relu}};
  for (const auto& [name, act] : kKnown)
    if (word == name) return act;
  at.unsupported(fmt::format("activation '{}'", word), {"supported: Sigmoid, Tanh, Relu"});
}

void refuse_variants(const Lowering& at, std::int64_t steps) {
  for (const char* attribute : {"clip", "activation_alpha", "activation_beta"})
    if (at.has(attribute)) at.unsupported(fmt::format("attribute {}", attribute), {"export without it"});
  if (at.integer("input_forget", 0) != 0) at.unsupported("attribute input_forget = 1", {"supported: 0"});
  if (at.present(7)) at.unsupported("input 7 (peephole weights)", {"supported: gates without peepholes"});
  if (!at.present(4)) return;
  const std::vector<std::int64_t> lengths = at.constant_integers(4, "sequence_lens");
  if (std::any_of(lengths.begin(), lengths.end(), [&](std::int64_t n) { return n != steps; }))
    at.unsupported(fmt::format("sequence_lens are {}, the sequence has {} steps", to_string(lengths), steps),
                   {"supported: every sequence of full length; mask the outputs after the node"});
}

Recurrence recurrence(Lowering& at, std::int64_t gates, std::vector<Act> standard) {
  Recurrence r{at};
  r.gates = gates;
  const Shape x = at.shape(0), w = at.shape(1), rec = at.shape(2);
  if (x.size() != 3 || w.size() != 3 || rec.size() != 3)
    at.broken(fmt::format("X {}, W {} and R {} need three axes each", to_string(x), to_string(w), to_string(rec)));
  r.batch_first = at.integer("layout", 0) != 0;
  r.steps = x[r.batch_first ? 1 : 0], r.batch = x[r.batch_first ? 0 : 1], r.inputs = x[2];
  r.hidden = at.integer("hidden_size", rec[2]), r.directions = w[0];
  const std::string direction = at.word("direction", "forward");
  r.backwards_first = direction == "reverse";
  const std::int64_t wanted = direction == "bidirectional" ? 2 : 1;
  if (w != Shape{wanted, gates * r.hidden, r.inputs} || rec != Shape{wanted, gates * r.hidden, r.hidden})
    at.broken(fmt::format("W {} and R {} do not fit: hidden size {}, {} inputs, direction {}", to_string(w),
                          to_string(rec), r.hidden, r.inputs, direction));
  refuse_variants(at, r.steps);
  for (std::int64_t d = 0; d < wanted; ++d) r.activations.insert(r.activations.end(), standard.begin(), standard.end());
  const std::vector<std::string> words = at.words("activations");
  if (!words.empty() && words.size() != r.activations.size())
    at.broken(fmt::format("{} activations, {} are needed", words.size(), r.activations.size()));
  for (std::size_t i = 0; i < words.size(); ++i) r.activations[i] = activation_named(at, words[i]);
  const ValueId rows = r.batch_first ? at.emit(Transpose{{1, 0, 2}}, {at.input(0)}) : at.input(0);
  r.x = at.reshaped(rows, {r.steps * r.batch, r.inputs});
  return r;
}

/// States in the order of the sequence, and the last ones.
struct Direction {
  Ids hidden;
  ValueId last_hidden = kNoValue, last_cell = kNoValue;
};

/// Y (steps, directions, batch, hidden) and the last states (directions, batch, hidden), as far as they are read.
void finish(const Recurrence& r, const std::vector<Direction>& directions) {
  Lowering& at = r.at;
  const auto wanted = [&](std::size_t slot) { return slot < at.node.outputs.size() && !at.node.outputs[slot].empty(); };
  const auto joined = [&](const Ids& parts, std::int64_t axis) {
    return parts.size() == 1 ? parts[0] : at.emit(Concat{axis}, parts);
  };
  if (wanted(0)) {
    Ids sides;
    for (const Direction& d : directions) {
      Ids steps;
      for (const ValueId h : d.hidden) steps.push_back(at.reshaped(h, {1, 1, r.batch, r.hidden}));
      sides.push_back(joined(steps, 0));
    }
    const ValueId y = joined(sides, 1);
    at.result(0, r.batch_first ? at.emit(Transpose{{2, 0, 1, 3}}, {y}) : y);
  }
  const auto last = [&](std::size_t slot, ValueId Direction::*state) {
    if (!wanted(slot)) return;
    Ids sides;
    for (const Direction& d : directions) sides.push_back(at.reshaped(d.*state, {1, r.batch, r.hidden}));
    const ValueId y = joined(sides, 0);
    at.result(slot, r.batch_first ? at.emit(Transpose{{1, 0, 2}}, {y}) : y);
  };
  last(1, &Direction::last_hidden), last(2, &Direction::last_cell);
}

/// Runs `step(t)` over the sequence of a direction and keeps the hidden states.
Direction over_steps(const Recurrence& r, std::int64_t d, const std::function<ValueId(std::int64_t)>& step) {
  Direction result;
  result.hidden.assign(static_cast<std::size_t>(r.steps), kNoValue);
  for (std::int64_t i = 0; i < r.steps; ++i) {
    const std::int64_t t = r.backwards(d) ? r.steps - 1 - i : i;
    result.last_hidden = result.hidden[static_cast<std::size_t>(t)] = step(t);
  }
  return result;
}

ValueId sum(Lowering& at, ValueId a, ValueId b) { return binary(at, Binary::Op::add, a, b); }
ValueId times(Lowering& at, ValueId a, ValueId b) { return binary(at, Binary::Op::mul, a, b); }

/// Both biases of a direction added; kNoValue when there are none.
ValueId whole_bias(const Recurrence& r, std::int64_t d) {
  const ValueId own = r.bias(d, 0);
  return own == kNoValue ? own : sum(r.at, own, r.bias(d, 1));
}

}  // namespace

void lower_lstm(Lowering& at) {
  const Recurrence r = recurrence(at, 4, {Act::sigmoid, Act::tanh, Act::tanh});
  std::vector<Direction> directions;
  for (std::int64_t d = 0; d < r.directions; ++d) {
    const ValueId projected = r.product(r.x, r.weights(1, d), whole_bias(r, d)), weights = r.weights(2, d);
    ValueId h = r.state(5, d), c = r.state(6, d);
    directions.push_back(over_steps(r, d, [&](std::int64_t t) {
      const std::int64_t n = r.hidden;
      // Gates in ONNX's order: input, output, forget; the candidate last.
      const ValueId all = sum(at, r.product(h, weights, kNoValue), r.step_of(projected, t));
      const ValueId gates = unary(at, r.act(d, 0), cut(at, all, 1, 0, 3 * n));
      const ValueId candidate = unary(at, r.act(d, 1), cut(at, all, 1, 3 * n, 4 * n));
      c = sum(at, times(at, cut(at, gates, 1, 2 * n, 3 * n), c), times(at, cut(at, gates, 1, 0, n), candidate));
      return h = times(at, cut(at, gates, 1, n, 2 * n), unary(at, r.act(d, 2), c));
    }));
    directions.back().last_cell = c;
  }
  finish(r, directions);
}

void lower_gru(Lowering& at) {
  const Recurrence r = recurrence(at, 3, {Act::sigmoid, Act::tanh});
  const bool reset_after = at.integer("linear_before_reset", 0) != 0;
  std::vector<Direction> directions;
  for (std::int64_t d = 0; d < r.directions; ++d) {
    const std::int64_t n = r.hidden;
    const ValueId weights = r.weights(2, d), both = r.of_gates(weights, 0, 2), own = r.of_gates(weights, 2, 3);
    const ValueId projected = r.product(r.x, r.weights(1, d), reset_after ? r.bias(d, 0) : whole_bias(r, d));
    const ValueId inner_bias = reset_after ? r.bias(d, 1) : kNoValue;
    ValueId h = r.state(5, d);
    directions.push_back(over_steps(r, d, [&](std::int64_t t) {
      const ValueId x = r.step_of(projected, t);
      const ValueId inner = r.product(h, reset_after ? weights : both, inner_bias);
      const ValueId gates = unary(at, r.act(d, 0), sum(at, cut(at, inner, 1, 0, 2 * n), cut(at, x, 1, 0, 2 * n)));
      const ValueId update = cut(at, gates, 1, 0, n), reset = cut(at, gates, 1, n, 2 * n);
      const ValueId past = reset_after ? times(at, reset, cut(at, inner, 1, 2 * n, 3 * n))
                                       : r.product(times(at, reset, h), own, kNoValue);
      const ValueId candidate = unary(at, r.act(d, 1), sum(at, past, cut(at, x, 1, 2 * n, 3 * n)));
      // (1 - update) * candidate + update * h
      return h = sum(at, candidate, times(at, update, binary(at, Binary::Op::sub, h, candidate)));
    }));
  }
  finish(r, directions);
}

void lower_rnn(Lowering& at) {
  const Recurrence r = recurrence(at, 1, {Act::tanh});
  std::vector<Direction> directions;
  for (std::int64_t d = 0; d < r.directions; ++d) {
    const ValueId projected = r.product(r.x, r.weights(1, d), whole_bias(r, d)), weights = r.weights(2, d);
    ValueId h = r.state(5, d);
    directions.push_back(over_steps(r, d, [&](std::int64_t t) {
      return h = unary(at, r.act(d, 0), sum(at, r.product(h, weights, kNoValue), r.step_of(projected, t)));
    }));
  }
  finish(r, directions);
}

}  // namespace inf::compiler::importer
