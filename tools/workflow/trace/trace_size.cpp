#include "tools/workflow/trace/trace_size.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "isa/program/codec.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

/// Bytes of one of each, means over CRAFT, PARSeq and BERT.
constexpr double kSpan = 300, kInstruction = 245, kTile = 190, kTransfer = 330, kShare = 75, kStall = 80, kValue = 25;
/// Names and tracks; curves, of which those of memories in use need instructions.
constexpr double kHead = 4e3, kRates = 60e3, kCurves = 150e3;

/// What a program does, as far as its instructions say.
struct Count {
  double instructions = 0, waits = 0, transfers = 0, shares = 0, spans = 0;
};

class Counter {
 public:
  explicit Counter(const arch::ChipSpec& chip) : chip_(chip) {}

  void add(const isa::Segment& segment) {
    for (std::size_t e = 0; e < segment.code.size(); ++e) add(segment.code[e], segment.source[e], latest_[e]);
  }
  const Count& count() const { return count_; }

 private:
  /// Loops close in their segment. `latest` is the operator that the engine's stream works for.
  void add(const std::vector<std::byte>& code, const std::vector<isa::SourceRun>& runs, std::int32_t& latest) {
    std::vector<double> passes = {1};
    auto run = runs.begin();
    std::uint32_t of_run = 0;
    for (const std::byte *p = code.data(), *end = p + code.size(); p != end;) {
      const isa::Instruction inst = isa::decode(p, end);
      const double times = passes.back();
      while (run != runs.end() && of_run == run->instructions) ++run, of_run = 0;
      ++of_run;
      if (run != runs.end() && run->op != latest) count_.spans += times, latest = run->op;
      count_.instructions += times;
      if (inst.waits[0].used || inst.waits[1].used) count_.waits += times;
      if (const auto* loop = std::get_if<isa::Loop>(&inst.op)) {
        const std::int64_t span = std::int64_t{loop->stop} - loop->start, step = std::max<std::int64_t>(1, loop->step);
        passes.push_back(times * static_cast<double>(std::max<std::int64_t>(0, (span + step - 1) / step)));
      }
      if (std::holds_alternative<isa::EndLoop>(inst.op) && passes.size() > 1) passes.pop_back();
      if (isa::dma_queue(inst.op)) add_transfer(inst.op, times);
    }
  }
  void add_transfer(const isa::Operation& op, double times) {
    int partitions = 1;
    const auto widest = [&](const isa::Access& a, const char*) {
      if (a.memory == isa::Memory::sbuf) partitions = std::max<int>(partitions, a.partitions);
    };
    isa::for_each_read(op, widest);
    isa::for_each_write(op, widest);
    const int each = std::max(1, chip_.dma.partitions_per_engine);
    count_.transfers += times;
    count_.shares += times * std::min(chip_.dma.engines, (partitions + each - 1) / each);
  }

  const arch::ChipSpec& chip_;
  Count count_;
  std::array<std::int32_t, arch::kEngines> latest_ = {-2, -2, -2, -2, -2};
};

}  // namespace

double TraceEstimate::at(Detail level) const {
  switch (level) {
    case Detail::operators: return operators;
    case Detail::tiles: return tiles;
    case Detail::instructions: return instructions;
  }
  return instructions;
}

TraceEstimate estimate_trace(isa::ProgramSource& program, const arch::ChipSpec& chip) {
  Counter counter(chip);
  program.rewind();
  for (isa::Segment segment; program.next(segment);) counter.add(segment);
  program.rewind();
  const Count& c = counter.count();
  TraceEstimate e;
  e.operators = kHead + std::min(kRates, kValue * 2 * c.transfers) + kSpan * c.spans;
  const double curves = std::min(kCurves, kValue * (c.instructions + 2 * c.transfers));
  const double steps = kHead + curves + 2 * kTransfer * c.transfers + kStall * c.waits;
  e.tiles = steps + kTile * c.waits;
  e.instructions = steps + kInstruction * c.instructions + kShare * c.shares;
  return e;
}

std::string estimate_text(const TraceEstimate& estimate, const std::string& program, Detail level, bool windowed) {
  const auto about = [&](Detail l) {
    const double scale = std::pow(10, std::floor(std::log10(estimate.at(l))) - 1);  // an estimate has two digits
    return si(std::round(estimate.at(l) / scale) * scale, "B");
  };
  std::string text = fmt::format("about {} for each call of {} at level {}", about(level), program, name(level));
  const char* join = "; level ";
  for (const Detail l : {Detail::tiles, Detail::operators}) {
    if (l >= level) continue;
    text += fmt::format("{}{} takes about {}", join, name(l), about(l));
    join = ", ";
  }
  return text + (windowed ? "; --trace-window takes its part of that" : "; --trace-window writes a part");
}

}  // namespace inf::workflow
