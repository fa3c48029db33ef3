#include "compiler/streams/stream_builder.h"

#include <fmt/format.h>

#include "isa/base/error.h"
#include "isa/program/codec.h"

namespace inf::compiler {

namespace {

// Semaphores behind those of the lines: arrivals at a meeting, and one release per engine.
constexpr std::uint8_t kArrivals = kLines;
constexpr std::uint8_t release_of(arch::Engine e) {
  return static_cast<std::uint8_t>(kLines + 1 + static_cast<int>(e));
}

// Registers of the loop on every engine. kZero is never written.
constexpr isa::Register kRound{0}, kStop{1}, kZero{2};

}  // namespace

StreamBuilder::StreamBuilder(const arch::ChipSpec& chip, bool encodes) : encodes_(encodes) {
  for (int e = 0; e < arch::kEngines; ++e)
    if (chip.has(static_cast<arch::Engine>(e))) engines_.push_back(static_cast<arch::Engine>(e));
}

Horizon StreamBuilder::emit(arch::Engine engine, isa::Operation op, const Horizon& after) {
  return append(engine, line_of(engine), std::move(op), after);
}

const Horizon& StreamBuilder::known_at(Line line, std::int32_t value) const {
  static const Horizon nothing;
  const bool kept = value > 0 && value > issued_[line] - kHistory && value <= issued_[line];
  return kept ? history_[static_cast<std::size_t>(line)][static_cast<std::size_t>((value - 1) % kHistory)] : nothing;
}

Horizon StreamBuilder::append(arch::Engine engine, Line line, isa::Operation op, const Horizon& after) {
  if (!encodes_) {
    Horizon done;
    done[line] = ++issued_[line];
    return done;
  }
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
  std::vector<Horizon>& history = history_[static_cast<std::size_t>(line)];
  if (history.size() < kHistory)
    history.push_back(known);
  else
    history[static_cast<std::size_t>((value - 1) % kHistory)] = known;
  instruction.signal = {true, static_cast<std::uint8_t>(line), isa::SignalKind::add, 1};
  instruction.op = std::move(op);
  write(engine, instruction);
  Horizon done;
  done[line] = value;
  return done;
}

void StreamBuilder::control(arch::Engine engine, isa::Operation op, const isa::Wait& wait, const isa::Signal& signal) {
  isa::Instruction instruction;
  instruction.waits[0] = wait;
  instruction.signal = signal;
  instruction.op = std::move(op);
  write(engine, instruction);
}

void StreamBuilder::join(arch::Engine engine) {
  Horizon& known = known_[static_cast<std::size_t>(engine)];
  for (int i = 0; i < kLines; ++i)
    if (issued_.at[i] > known.at[i]) control(engine, isa::Nop{}, {true, static_cast<std::uint8_t>(i), issued_.at[i]});
  known = issued_;
}

void StreamBuilder::shift_counts(arch::Engine engine, const Horizon& by, isa::SignalKind direction) {
  constexpr std::int32_t kMost = 32767;  // what one signal carries
  for (int i = 0; i < kLines; ++i)
    for (std::int32_t left = by.at[i]; left > 0; left -= kMost)
      control(engine, isa::Nop{}, {},
              {true, static_cast<std::uint8_t>(i), direction, static_cast<std::int16_t>(std::min(left, kMost))});
}

void StreamBuilder::meet(const Horizon& by, isa::SignalKind direction) {
  const arch::Engine master = engines_.front();
  for (const arch::Engine e : engines_) {
    join(e);
    if (e != master) control(e, isa::Nop{}, {}, {true, kArrivals, isa::SignalKind::add, 1});
  }
  control(master, isa::Nop{}, {true, kArrivals, static_cast<std::int32_t>(engines_.size()) - 1},
          {true, kArrivals, isa::SignalKind::write, 0});
  shift_counts(master, by, direction);
  for (const arch::Engine e : engines_)
    control(master, isa::Nop{}, {}, {true, release_of(e), isa::SignalKind::write, 1});
  for (const arch::Engine e : engines_)
    control(e, isa::Nop{}, {true, release_of(e), 1}, {true, release_of(e), isa::SignalKind::write, 0});
}

void StreamBuilder::begin_loop(std::uint32_t trips, const isa::Access& stop) {
  if (!encodes_) return;
  for (const arch::Engine e : engines_) join(e);
  in_loop_ = true;
  loop_start_ = issued_;
  entered_ = {};
  for (const arch::Engine e : engines_) {
    const auto at = static_cast<std::size_t>(e);
    control(e, isa::Loop{.counter = kRound, .start = 0, .stop = static_cast<std::int32_t>(trips), .step = 1});
    control(e, isa::RegisterLoad{.dst = kStop, .src = stop});
    exits_[at] = {segment_.code[at].size(), written_[at]};
    control(e, isa::Branch{.a = kStop, .op = numerics::AluOp::ne, .b = kZero, .skip = 1});
    entered_.merge(emit(e, isa::Nop{}, {}));
  }
}

void StreamBuilder::end_loop() {
  if (!encodes_) return;
  Horizon round;
  for (int i = 0; i < kLines; ++i) round.at[i] = issued_.at[i] - loop_start_.at[i];
  meet(round, isa::SignalKind::subtract);
  for (const arch::Engine e : engines_) {
    const auto at = static_cast<std::size_t>(e);
    const std::size_t skip = written_[at] - exits_[at].instructions - 1;
    if (skip > 65535)
      throw Error(ErrorKind::unsupported, "loop",
                  fmt::format("the body has {} instructions on one engine, at most 65535 can be skipped", skip),
                  {"unroll the loop"});
    isa::Instruction branch;
    branch.op =
        isa::Branch{.a = kStop, .op = numerics::AluOp::ne, .b = kZero, .skip = static_cast<std::uint16_t>(skip)};
    std::vector<std::byte> bytes;
    isa::encode(branch, bytes);
    std::copy(bytes.begin(), bytes.end(), segment_.code[at].begin() + static_cast<std::ptrdiff_t>(exits_[at].at));
    control(e, isa::EndLoop{});
  }
  in_loop_ = false;
  meet(round, isa::SignalKind::add);  // from here on the counts are those of one round, however many there were
}

void StreamBuilder::write(arch::Engine engine, const isa::Instruction& instruction) {
  const auto e = static_cast<std::size_t>(engine);
  ++written_[e];
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
