#include "tools/workflow/profile/event_rows.h"

#include <fmt/core.h>

#include <array>

#include "tools/workflow/profile/inserter.h"

namespace inf::workflow {
namespace {

using Number = std::optional<std::int64_t>;

/// "qSync3", as the vendor's profiles name queues.
class QueueNames {
 public:
  QueueNames() {
    for (int e = 0; e < arch::kEngines; ++e)
      for (int q = 0; q < sim::kQueuesPerEngine; ++q) {
        std::string engine(arch::name(static_cast<arch::Engine>(e)));
        engine[0] = static_cast<char>(engine[0] - 'a' + 'A');
        names_[static_cast<std::size_t>(e * sim::kQueuesPerEngine + q)] = fmt::format("q{}{}", engine, q);
      }
  }
  const char* of(std::size_t ring) const { return names_[ring].c_str(); }
  const char* of(arch::Engine trigger, int queue) const {
    return of(static_cast<std::size_t>(trigger) * sim::kQueuesPerEngine + static_cast<std::size_t>(queue));
  }
  const char* of(sim::Signaller by) const {
    return by.is_dma ? of(by.index) : arch::name(static_cast<arch::Engine>(by.index)).data();
  }

 private:
  std::array<std::string, arch::kEngines * sim::kQueuesPerEngine> names_;
};

/// Where a program's rows begin in tables that hold those of all programs.
struct Base {
  std::int64_t program = 0, ticks = 0, op = 0, instruction = 0, transfer = 0;

  Number instruction_of(sim::EventRef ref) const {
    return ref.kind == sim::EventRef::Kind::step ? Number(instruction + ref.index) : std::nullopt;
  }
  Number transfer_of(sim::EventRef ref) const {
    return ref.kind == sim::EventRef::Kind::transfer ? Number(transfer + ref.index) : std::nullopt;
  }
  Number operator_of(std::int32_t index) const { return index < 0 ? std::nullopt : Number(op + index); }
  std::int64_t at(Tick t) const { return ticks + t.value; }
};

const char* signal_name(isa::SignalKind kind) {
  switch (kind) {
    case isa::SignalKind::add: return "add";
    case isa::SignalKind::subtract: return "subtract";
    case isa::SignalKind::write: return "write";
  }
  return "";
}

Number used(const isa::Wait& wait, std::int64_t value) { return wait.used ? Number(value) : std::nullopt; }

void write_instructions(SQLite::Database& database, const sim::Recording& recording, const Base& base) {
  Inserter table(database, "Instruction");
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const sim::RecordedStep& s = recording.steps[i];
    const isa::Access* dst = nullptr;
    isa::for_each_write(s.inst.op, [&](const isa::Access& a, const char*) { dst = dst ? dst : &a; });
    const auto of_dst = [&](auto value) { return dst ? Number(value(*dst)) : std::nullopt; };
    const auto* matmul = std::get_if<isa::Matmul>(&s.inst.op);
    std::int64_t stalled = 0;
    for (const sim::Stall& stall : recording.stalls_of(s)) stalled += (stall.to - stall.from).value;
    const isa::Wait& w = s.inst.waits[0];
    const isa::Wait& w2 = s.inst.waits[1];
    table.row(base.instruction + static_cast<std::int64_t>(i), base.program, arch::name(s.engine).data(), s.pc,
              isa::name(s.opcode()), base.operator_of(s.op), base.at(s.start), base.at(s.end), base.at(s.visible),
              of_dst([](const isa::Access& a) { return a.partitions; }),
              of_dst([](const isa::Access& a) { return a.elements_per_partition(); }),
              matmul ? Number(matmul->moving.partitions) : std::nullopt, dst ? isa::name(dst->memory).data() : nullptr,
              of_dst([](const isa::Access& a) { return a.start_partition; }),
              of_dst([](const isa::Access& a) { return a.offset; }), stalled, used(w, w.semaphore), used(w, w.value),
              base.instruction_of(s.waited_for[0]), base.transfer_of(s.waited_for[0]), used(w2, w2.semaphore),
              used(w2, w2.value), base.instruction_of(s.waited_for[1]), base.transfer_of(s.waited_for[1]));
  }
}

void write_stalls(SQLite::Database& database, const sim::Recording& recording, const Base& base,
                  const QueueNames& queues) {
  Inserter table(database, "Stall");
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const sim::RecordedStep& s = recording.steps[i];
    for (const sim::Stall& stall : recording.stalls_of(s)) {
      const bool waited = stall.reason == sim::StallReason::semaphore || stall.reason == sim::StallReason::dma;
      table.row(base.instruction + static_cast<std::int64_t>(i), arch::name(s.engine).data(),
                sim::name(stall.reason).data(), base.at(stall.from), base.at(stall.to),
                waited ? Number(stall.semaphore) : std::nullopt, waited ? queues.of(stall.by) : nullptr);
    }
  }
}

void write_transfers(SQLite::Database& database, const sim::Recording& recording, const Base& base,
                     const QueueNames& queues) {
  Inserter transfers(database, "DmaTransfer"), packets(database, "DmaPacketAggregated");
  for (std::size_t i = 0; i < recording.transfers.size(); ++i) {
    const sim::RecordedTransfer& t = recording.transfers[i];
    const std::int64_t id = base.transfer + static_cast<std::int64_t>(i);
    transfers.row(id, base.program, queues.of(t.trigger, t.queue), base.instruction + t.step, base.operator_of(t.op),
                  base.at(t.triggered), base.at(t.start), base.at(t.end), isa::name(t.move.src.memory).data(),
                  isa::name(t.move.dst.memory).data(), t.bytes, t.dram_read, t.dram_written, t.descriptors);
    for (const sim::ServedShare& share : recording.shares_of(t))
      packets.row(id, share.engine, share.bytes, base.at(share.start), base.at(share.end));
  }
}

void write_updates(SQLite::Database& database, const sim::Recording& recording, const Base& base) {
  Inserter table(database, "SemaphoreUpdate");
  for (const sim::RecordedUpdate& u : recording.updates)
    table.row(base.program, u.semaphore, base.at(u.at), signal_name(u.kind), u.value, base.instruction_of(u.by),
              base.transfer_of(u.by));
}

/// Counts and durations by [engine][opcode].
template <class T>
using ByOpcode = std::array<std::array<T, 256>, arch::kEngines>;

void write_opcodes(SQLite::Database& database, const RecordedRun& run) {
  auto counts = std::make_unique<ByOpcode<std::uint64_t>>();
  auto durations = std::make_unique<ByOpcode<std::int64_t>>();
  for (const RecordedProgram& program : run.programs) {
    for (std::size_t e = 0; e < counts->size(); ++e)
      for (std::size_t o = 0; o < 256; ++o) (*counts)[e][o] += program.counters.engines[e].by_opcode[o];
    for (const sim::RecordedStep& s : program.recording.steps)
      (*durations)[static_cast<std::size_t>(s.engine)][static_cast<std::size_t>(s.opcode())] += (s.end - s.start).value;
  }
  Inserter table(database, "OpcodeSummary");
  for (std::size_t e = 0; e < counts->size(); ++e)
    for (const isa::InstructionInfo& info : isa::kInstructions) {
      const auto o = static_cast<std::size_t>(info.opcode);
      if ((*counts)[e][o] == 0) continue;
      table.row(arch::name(static_cast<arch::Engine>(e)).data(), info.name, (*counts)[e][o],
                run.instructions() ? Number((*durations)[e][o]) : std::nullopt);
    }
}

}  // namespace

void write_events(SQLite::Database& database, const RecordedRun& run, const Profile& profile) {
  write_opcodes(database, run);
  const QueueNames queues;
  Base base;
  for (const RecordedProgram& program : run.programs) {
    base.ticks = profile.programs[static_cast<std::size_t>(base.program)].start_ticks;
    write_instructions(database, program.recording, base);
    write_stalls(database, program.recording, base, queues);
    write_transfers(database, program.recording, base, queues);
    write_updates(database, program.recording, base);
    ++base.program;
    base.op += static_cast<std::int64_t>(program.operators.size());
    base.instruction += static_cast<std::int64_t>(program.recording.steps.size());
    base.transfer += static_cast<std::int64_t>(program.recording.transfers.size());
  }
}

}  // namespace inf::workflow
