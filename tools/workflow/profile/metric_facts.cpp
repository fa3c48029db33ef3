#include "tools/workflow/profile/metric_facts.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "sim/machine/footprint.h"
#include "tools/workflow/profile/timeline.h"

namespace inf::workflow {
namespace {

using isa::Memory;
using Interval = std::pair<std::int64_t, std::int64_t>;

std::int64_t bytes_of(const isa::Access& a) { return a.elements() * size_of(a.dtype); }

std::int64_t union_of(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end());
  std::int64_t sum = 0, covered = 0;
  for (const auto& [from, to] : intervals) {
    if (to <= covered) continue;
    sum += to - std::max(from, covered);
    covered = to;
  }
  return sum;
}

/// Traffic of one instruction on on-chip memories; transfers are counted as such.
void add_traffic(const sim::RecordedStep& step, InstructionFacts& facts) {
  bool from_psum = false;
  isa::for_each_read(step.inst.op, [&](const isa::Access& a, const char*) {
    (a.memory == Memory::psum ? facts.psum : facts.sbuf).read += bytes_of(a);
    from_psum |= a.memory == Memory::psum;
  });
  isa::for_each_write(step.inst.op, [&](const isa::Access& a, const char*) {
    (a.memory == Memory::psum ? facts.psum : facts.sbuf).written += bytes_of(a);
    if (from_psum && a.memory == Memory::sbuf) facts.psum_to_sbuf += bytes_of(a);
  });
}

/// As a product with an identity of the source's partitions, which is how the array transposes.
std::uint64_t macs_of(const isa::Transpose& t) {
  return static_cast<std::uint64_t>(t.src.elements()) * t.src.partitions;
}

/// A tensor in device memory.
struct Range {
  std::int64_t first, end;
  bool holds(std::int64_t address) const { return first <= address && address < end; }
  bool meets(const sim::Box& box) const { return first < box.end_byte && box.first_byte < end; }
};

std::vector<Range> tensors_of(const RecordedProgram& program, isa::TensorEntry::Role role) {
  std::vector<Range> ranges;
  for (const isa::TensorEntry& t : program.tensors)
    if (t.role == role) ranges.push_back({t.offset, t.offset + t.bytes});
  return ranges;
}

/// What reads from device memory fetch. Scratch tensors take the place of inputs that nothing needs any more, so a read
/// is of an input until something is written there.
void add_reads(const RecordedProgram& program, InstructionFacts& facts) {
  const std::vector<Range> constants = tensors_of(program, isa::TensorEntry::Role::constant);
  std::vector<Range> inputs = tensors_of(program, isa::TensorEntry::Role::input);
  for (const sim::RecordedTransfer& t : program.recording.transfers) {
    const isa::Access& from = t.move.src.memory == Memory::dram ? t.move.src : t.move.dst;  // dst: added to
    const auto is_read = [&](const Range& r) { return r.holds(from.offset); };
    std::int64_t& bytes = std::any_of(inputs.begin(), inputs.end(), is_read)         ? facts.input_bytes
                          : std::any_of(constants.begin(), constants.end(), is_read) ? facts.weight_bytes
                                                                                     : facts.spill_reload;
    bytes += t.dram_read;
    if (t.move.dst.memory == Memory::dram)
      std::erase_if(inputs, [box = sim::box_of(t.move.dst)](const Range& r) { return r.meets(box); });
  }
}

/// What is written to device memory. Outputs take the place of scratch tensors: the last bytes written there are
/// theirs.
void add_writes(const RecordedProgram& program, InstructionFacts& facts) {
  const std::vector<Range> outputs = tensors_of(program, isa::TensorEntry::Role::output);
  std::vector<std::int64_t> left;
  for (const Range& r : outputs) left.push_back(r.end - r.first);
  const auto& transfers = program.recording.transfers;
  for (auto t = transfers.rbegin(); t != transfers.rend(); ++t) {
    if (t->move.dst.memory != Memory::dram) continue;
    const auto at =
        std::find_if(outputs.begin(), outputs.end(), [&](const Range& r) { return r.holds(t->move.dst.offset); });
    std::int64_t* of = at == outputs.end() ? nullptr : &left[static_cast<std::size_t>(at - outputs.begin())];
    const std::int64_t output = of ? std::min(*of, t->dram_written) : 0;
    if (of) *of -= output;
    facts.output_bytes += output;
    facts.spill_save += t->dram_written - output;
  }
}

DescriptorSource source_of(const sim::RecordedStep& trigger) {
  const bool indirect = trigger.opcode() != isa::Opcode::dma_copy;
  if (!indirect && !trigger.dynamic) return DescriptorSource::static_;
  return trigger.engine == arch::Engine::gpsimd ? DescriptorSource::software : DescriptorSource::hardware;
}

void add_transfer(const RecordedProgram& program, const sim::RecordedTransfer& t, InstructionFacts& facts) {
  TransferFacts& kind = facts.transfers[static_cast<std::size_t>(source_of(program.recording.steps[t.step]))];
  ++kind.count;
  kind.bytes += t.bytes;
  facts.transfer_ticks += (t.end - t.start).value;
  facts.packets += t.share_count;
  facts.descriptors += t.descriptors;
  for (const sim::ServedShare& share : program.recording.shares_of(t))
    facts.packet_ticks += (share.end - share.start).value;
  if (t.move.src.memory == Memory::sbuf) facts.sbuf.read += bytes_of(t.move.src);
  if (t.move.dst.memory == Memory::sbuf) facts.sbuf.written += bytes_of(t.move.dst);
}

void add_steps(const RecordedProgram& program, const arch::Timebase& time, InstructionFacts& facts) {
  std::vector<Interval> active;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
  for (const sim::RecordedStep& step : program.recording.steps) {
    const auto engine = static_cast<std::size_t>(step.engine);
    const std::int64_t duration = (step.end - step.start).value;
    facts.duration[engine] += duration;
    facts.opcode_duration[engine][static_cast<std::size_t>(step.opcode())] += duration;
    if (duration == 0) continue;  // the sequencer's own, and triggers of transfers
    active.emplace_back(step.start.value, step.end.value);
    first = std::min(first, step.start.value);
    last = std::max(last, step.visible.value);
    facts.weight_switch += weight_switch_ticks(step, time);
    if (const auto* t = std::get_if<isa::Transpose>(&step.inst.op)) facts.transpose_macs += macs_of(*t);
    if (!isa::dma_queue(step.inst.op)) add_traffic(step, facts);
  }
  facts.executing += std::max<std::int64_t>(0, last - first);
  for (const sim::RecordedTransfer& t : program.recording.transfers) {
    active.emplace_back(t.start.value, t.end.value);
    add_transfer(program, t, facts);
  }
  facts.active += union_of(active);
  add_reads(program, facts);
  add_writes(program, facts);
}

void add_counters(const RecordedProgram& program, MetricFacts& facts, std::set<std::pair<int, int>>& queues) {
  const sim::Counters& c = program.counters;
  for (std::size_t e = 0; e < facts.busy.size(); ++e) {
    facts.busy[e] += c.engines[e].busy.value;
    facts.instructions[e] += c.engines[e].instructions;
    for (std::size_t o = 0; o < facts.by_opcode.size(); ++o) facts.by_opcode[o] += c.engines[e].by_opcode[o];
  }
  for (const isa::SourceOp& op : program.ops) facts.macs += static_cast<std::uint64_t>(op.macs);
  facts.executed_macs += c.macs;
  facts.hbm_read += c.dram_read;
  facts.hbm_written += c.dram_written;
  facts.dma_busy += c.dma_busy.value;
  facts.transfers += c.dma_transfers;
  for (const sim::QueueSpan& span : program.spans.queues) {
    facts.transfer_bytes += span.bytes;
    queues.emplace(static_cast<int>(span.trigger), span.queue);
  }
  using Role = isa::TensorEntry::Role;
  for (const isa::TensorEntry& t : program.tensors)
    if (t.role == Role::input || t.role == Role::constant) facts.inputs_and_weights += t.bytes;
}

}  // namespace

std::int64_t weight_switch_ticks(const sim::RecordedStep& step, const arch::Timebase& time) {
  if (step.engine != arch::Engine::tensor || step.control || step.end == step.start) return 0;
  return (step.end - step.start - time.clock(step.engine).ticks(step.cost.interval)).value;
}

MetricFacts gather_facts(const RecordedRun& run, const arch::ChipSpec& chip, const Profile& profile) {
  MetricFacts facts{.chip = chip, .profile = profile, .recorded = run.instructions()};
  const arch::Timebase time(chip);
  facts.ticks = profile.ticks;
  facts.host_ticks = timeline_of(run, time).host_ticks();
  std::set<std::pair<int, int>> queues;
  for (const RecordedProgram& program : run.programs) {
    add_counters(program, facts, queues);
    if (facts.recorded) add_steps(program, time, facts.fine);
  }
  facts.queues = queues.size();
  return facts;
}

}  // namespace inf::workflow
