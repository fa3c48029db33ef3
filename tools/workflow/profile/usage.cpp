#include "tools/workflow/profile/usage.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "tools/workflow/profile/occupancy.h"
#include "tools/workflow/profile/timeline.h"

namespace inf::workflow {
namespace {

constexpr std::int64_t kSlots = 1 << 17;  // of the levels, before they are put together
constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// One core of one chip.
class CoreUsage {
 public:
  CoreUsage(const arch::ChipSpec& chip, const TimeSlots& slots, const TimeSlots& stretches)
      : slots_(slots),
        sbuf_(chip.sbuf.partitions, chip.sbuf.bytes_per_partition, 1, slots),
        psum_(chip.psum.partitions, chip.psum.banks * chip.psum.bank_bytes, chip.psum.banks, slots),
        pending_(slots),
        read_(stretches),
        written_(stretches) {}
  /// One call, from tick `from` of the time line on.
  void add(const RecordedProgram& program, std::int64_t from);
  std::vector<Usage> curves(const arch::ChipSpec& chip, std::int64_t tick_mhz) const;

 private:
  void touch(const isa::Operation& op, std::int64_t start, std::int64_t end, std::int64_t visible);
  Occupancy* memory(const isa::Access& access) {
    if (access.memory == isa::Memory::dram) return nullptr;
    return access.memory == isa::Memory::sbuf ? &sbuf_ : &psum_;
  }
  void add_traffic(const sim::Recording& recording, const sim::RecordedTransfer& transfer, std::int64_t from);

  TimeSlots slots_;
  Occupancy sbuf_, psum_;
  SlotLevels pending_;
  SlotBytes read_, written_;
};

/// What is read and written in one place, such as sums in PSUM, lives on.
void CoreUsage::touch(const isa::Operation& op, std::int64_t start, std::int64_t end, std::int64_t visible) {
  const isa::Access* replaced = nullptr;
  isa::for_each_write(op, [&](const isa::Access& a, const char*) { replaced = &a; });
  bool in_place = false;
  isa::for_each_read(op, [&](const isa::Access& a, const char*) {
    const bool same = replaced != nullptr && a == *replaced;
    in_place = in_place || same;
    if (Occupancy* m = memory(a)) m->read(a, same ? visible : end);
  });
  isa::for_each_write(op, [&](const isa::Access& a, const char*) {
    Occupancy* m = memory(a);
    if (m != nullptr && !(in_place && &a == replaced)) m->write(a, start, visible);
  });
}

/// A share has its part of the transfer's bytes, by what went through its engine; rounding moves none of them.
void CoreUsage::add_traffic(const sim::Recording& recording, const sim::RecordedTransfer& transfer, std::int64_t from) {
  std::int64_t all = 0, before = 0;
  const auto shares = recording.shares_of(transfer);
  for (const sim::ServedShare& share : shares) all += share.bytes;
  if (all == 0) {
    read_.add(from + transfer.start.value, from + transfer.end.value, transfer.dram_read);
    written_.add(from + transfer.start.value, from + transfer.end.value, transfer.dram_written);
    return;
  }
  const auto part = [&](std::int64_t bytes, std::int64_t until) {
    return static_cast<std::int64_t>(static_cast<__int128>(bytes) * until / all);
  };
  for (const sim::ServedShare& share : shares) {
    const std::int64_t until = before + share.bytes, start = from + share.start.value, end = from + share.end.value;
    read_.add(start, end, part(transfer.dram_read, until) - part(transfer.dram_read, before));
    written_.add(start, end, part(transfer.dram_written, until) - part(transfer.dram_written, before));
    before = until;
  }
}

void CoreUsage::add(const RecordedProgram& program, std::int64_t from) {
  const sim::Recording& recording = program.recording;
  std::vector<std::uint32_t> transfer_of(recording.steps.size(), kNone);
  for (std::size_t i = 0; i < recording.transfers.size(); ++i) {
    const sim::RecordedTransfer& t = recording.transfers[i];
    transfer_of[t.step] = static_cast<std::uint32_t>(i);
    const std::int64_t first = slots_.at(from + t.triggered.value);
    pending_.add(first, std::max(first, slots_.behind(from + t.end.value)), 1);
    add_traffic(recording, t, from);
  }
  sbuf_.begin_call(from);
  psum_.begin_call(from);
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const sim::RecordedStep& step = recording.steps[i];
    std::int64_t start = from + step.start.value, end = from + step.end.value, visible = from + step.visible.value;
    if (transfer_of[i] != kNone) {
      const sim::RecordedTransfer& t = recording.transfers[transfer_of[i]];
      start = from + t.start.value;
      end = visible = from + t.end.value;
    }
    touch(step.inst.op, start, end, visible);
  }
  sbuf_.end_call(from + program.end.value);
  psum_.end_call(from + program.end.value);
}

std::vector<Usage> CoreUsage::curves(const arch::ChipSpec& chip, std::int64_t tick_mhz) const {
  std::vector<Usage> all;
  const auto level = [&](std::string of, const char* unit, std::int64_t limit, const SlotLevels& levels) {
    all.push_back({std::move(of), unit, static_cast<double>(limit), levels.steps(slots_, kUsageSteps)});
  };
  const std::int64_t bank = chip.psum.partitions * chip.psum.bank_bytes;
  level("SBUF", "bytes", chip.sbuf.partitions * chip.sbuf.bytes_per_partition, sbuf_.all());
  level("PSUM", "bytes", chip.psum.banks * bank, psum_.all());
  for (int i = 0; i < chip.psum.banks; ++i) level(fmt::format("PSUM bank {}", i), "bytes", bank, psum_.region(i));
  all.push_back({kMemoryRead, "bytes/ns", chip.memory.bytes_per_ns, read_.rates(tick_mhz)});
  all.push_back({kMemoryWritten, "bytes/ns", chip.memory.bytes_per_ns, written_.rates(tick_mhz)});
  level("DMA transfers pending", "transfers", 0, pending_);
  return all;
}

}  // namespace

std::vector<Usage> usage_over_time(const RecordedRun& run, const arch::ChipSpec& chip) {
  if (!run.instructions()) return {};
  const arch::Timebase timebase(chip);
  const Timeline line = timeline_of(run, timebase);
  const TimeSlots slots = TimeSlots::cut(line.end, kSlots), stretches = TimeSlots::cut(line.end, kUsageSteps - 1);
  std::map<std::pair<int, int>, CoreUsage> cores;
  for (std::size_t i = 0; i < run.programs.size(); ++i)
    cores.try_emplace({run.programs[i].chip, run.programs[i].core}, chip, slots, stretches)
        .first->second.add(run.programs[i], line.programs[i].start);
  std::vector<Usage> all;
  for (const auto& [place, core] : cores)
    for (Usage& usage : core.curves(chip, timebase.mhz())) {
      usage.chip = place.first;
      usage.core = place.second;
      all.push_back(std::move(usage));
    }
  return all;
}

}  // namespace inf::workflow
