#include "compiler/streams/stream_builder.h"

#include "isa/program/codec.h"

namespace inf::compiler {

StreamBuilder::StreamBuilder() {
  for (auto& line : history_) line.resize(kHistory);
}

Horizon StreamBuilder::emit(arch::Engine engine, isa::Operation op, const Horizon& after) {
  return append(engine, line_of(engine), std::move(op), after);
}

Horizon StreamBuilder::copy(arch::Engine trigger, Line queue, isa::DmaCopy op, const Horizon& after) {
  op.queue = static_cast<std::uint8_t>(static_cast<int>(queue) - arch::kEngines);
  return append(trigger, queue, std::move(op), after);
}

const Horizon& StreamBuilder::known_at(Line line, std::int32_t value) const {
  static const Horizon nothing;
  const bool kept = value > issued_[line] - kHistory && value <= issued_[line];
  return kept ? history_[static_cast<std::size_t>(line)][static_cast<std::size_t>(value % kHistory)] : nothing;
}

Horizon StreamBuilder::append(arch::Engine engine, Line line, isa::Operation op, const Horizon& after) {
  Horizon& known = known_[static_cast<std::size_t>(engine)];
  std::array<Line, kLines> need{};
  int needs = 0;
  for (int i = 0; i < kLines; ++i)
    if (after.at[i] > known.at[i]) need[needs++] = static_cast<Line>(i);

  isa::Instruction instruction;
  int waits = 0;
  for (int i = 0; i < needs; ++i) {
    bool implied = false;
    for (int j = 0; j < needs && !implied; ++j)
      implied = j != i && known_at(need[j], after[need[j]])[need[i]] >= after[need[i]];
    if (implied) continue;
    if (waits == 2) {  // an instruction carries two waits: further ones ride on a nop before it
      isa::Instruction nop;
      nop.waits = instruction.waits;
      nop.op = isa::Nop{};
      write(engine, nop);
      instruction.waits = {};
      waits = 0;
    }
    instruction.waits[waits++] = {true, static_cast<std::uint8_t>(need[i]), after[need[i]]};
  }
  for (int i = 0; i < needs; ++i) known.merge(known_at(need[i], after[need[i]]));
  known.merge(after);

  const std::int32_t value = ++issued_[line];
  history_[static_cast<std::size_t>(line)][static_cast<std::size_t>(value % kHistory)] = known;
  instruction.signal = {true, static_cast<std::uint8_t>(line), isa::SignalKind::add, 1};
  instruction.op = std::move(op);
  write(engine, instruction);
  Horizon done;
  done[line] = value;
  return done;
}

void StreamBuilder::write(arch::Engine engine, const isa::Instruction& instruction) {
  const auto e = static_cast<std::size_t>(engine);
  isa::encode(instruction, segment_.code[e]);
  auto& runs = segment_.source[e];
  if (runs.empty() || runs.back().op != op_) runs.push_back({0, op_});
  ++runs.back().instructions;
  ++instructions_;
}

std::size_t StreamBuilder::bytes() const {
  std::size_t total = 0;
  for (const auto& code : segment_.code) total += code.size();
  return total;
}

void StreamBuilder::take(isa::Segment& segment) {
  segment = std::move(segment_);
  segment_ = {};
}

}  // namespace inf::compiler
