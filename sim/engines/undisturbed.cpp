#include "sim/engines/undisturbed.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engines/dma_line.h"
#include "sim/engines/dma_plan.h"
#include "sim/engines/stream.h"

namespace inf::sim {
namespace {

/// The shares that one DMA engine serves.
class ServedShares {
 public:
  void add(Tick ready, const DmaShare& share, int ring) {
    jobs_.push_back({ready, share.duration});
    bytes_ += share.bytes;
    // A queue works in order, and its shares keep their distance.
    Tick& begun = begun_[static_cast<std::size_t>(ring)];
    Tick& held = held_[static_cast<std::size_t>(ring)];
    begun = std::max(ready, held);
    held = begun + share.hold;
    queues_end_ = std::max(queues_end_, begun + share.duration);
  }
  /// When an engine that serves one share at a time is done: whatever the order, it is busy from some share's ready
  /// time on with all that are ready later.
  Tick done() {
    std::sort(jobs_.begin(), jobs_.end(), [](const Job& a, const Job& b) { return a.ready < b.ready; });
    Tick at;
    for (const Job& job : jobs_) at = std::max(at, job.ready) + job.duration;
    return std::max(at, queues_end_);
  }
  std::int64_t bytes() const { return bytes_; }
  std::size_t count() const { return jobs_.size(); }

 private:
  struct Job {
    Tick ready, duration;
  };
  std::vector<Job> jobs_;
  std::array<Tick, kRings> begun_{}, held_{};
  Tick queues_end_;
  std::int64_t bytes_ = 0;
};

/// One engine on its own, with all that it needs always there.
struct LoneEngine {
  LoneEngine(arch::Engine engine, SegmentFeed& feed, const arch::ChipSpec& chip, const arch::Timebase& time,
             std::int64_t dram_bytes, SemaphoreBank& none, const SequencerTimes& times)
      : stream(engine, feed, chip, dram_bytes),
        ports(chip.ports),
        sequencer(Datapath(engine, chip, time), none, ports, times) {
    sequencer.begin(Tick(0));
  }
  /// Issues an instruction; when it hands a transfer over, if it does.
  std::optional<Tick> issue(const Decoded& d) {
    IssueWork work = d.work;
    work.waits = {};
    const Sequencer::Times t = sequencer.issue(work, d.cost, sequencer.look(work, Tick(0)));
    if (work.queue < 0) return std::nullopt;
    return t.triggered;
  }
  InstructionStream stream;
  Ports ports;
  Sequencer sequencer;
};

class UndisturbedProgram {
 public:
  UndisturbedProgram(const arch::ChipSpec& chip, isa::ProgramSource& source)
      : chip_(chip),
        time_(chip),
        feed_(source),
        none_(chip.semaphores.count),
        times_(chip, time_),
        start_(time_.from_ns(static_cast<double>(chip.dma.start_ns))),
        memory_rate_(chip.memory.bytes_per_ns, time_),
        dma_(static_cast<std::size_t>(chip.dma.engines)) {
    for (int e = 0; e < arch::kEngines; ++e)
      engines_.push_back(std::make_unique<LoneEngine>(static_cast<arch::Engine>(e), feed_, chip, time_,
                                                      source.image().dram_bytes, none_, times_));
  }

  UndisturbedRun run() {
    for (std::uint32_t segment = 0; !pass(segment); ++segment) {
    }
    for (std::size_t e = 0; e < engines_.size(); ++e) run_.engines[e] = engines_[e]->sequencer.done_at();
    finish_dma();
    return run_;
  }

 private:
  /// Runs every engine to the end of a segment, so that no more of the program is held than a simulation would; true
  /// when nothing is left.
  bool pass(std::uint32_t segment) {
    bool moved = false, drained = true;
    for (std::size_t e = 0; e < engines_.size(); ++e) {
      LoneEngine& engine = *engines_[e];
      const Decoded* d = engine.stream.current();
      for (; d != nullptr && d->segment <= segment; d = engine.stream.current()) {
        step(e, engine, *d);
        moved = true;
      }
      drained = drained && d == nullptr && !engine.stream.starved();
    }
    if (!moved && !drained) feed_.look_further();
    return drained;
  }

  void step(std::size_t e, LoneEngine& engine, const Decoded& d) {
    ++run_.instructions[e];
    if (d.opcode() == isa::Opcode::register_load) ++run_.data_dependent;
    if (const auto* m = std::get_if<isa::Matmul>(&d.inst.op))
      run_.macs += static_cast<std::uint64_t>(m->moving.elements()) * m->dst.partitions;
    if (const auto triggered = engine.issue(d)) transfer(d, static_cast<int>(e), *triggered);
    engine.stream.advance([](const isa::Access&) { return 0; });
  }

  void transfer(const Decoded& d, int engine, Tick triggered) {
    plan(*dma_move(d.inst.op), chip_.dma, time_, plan_);
    const int ring = engine * kQueuesPerEngine + d.work.queue;
    const Tick ready = triggered + start_;
    for (int i = 0; i < plan_.count; ++i) {
      const DmaShare& share = plan_.shares[static_cast<std::size_t>(i)];
      dma_[static_cast<std::size_t>(plan_.first_engine + i) % dma_.size()].add(ready, share, ring);
      run_.transfers = std::max(run_.transfers, ready + share.duration);
    }
    const std::int64_t bytes = plan_.dram_read + plan_.dram_written;
    if (bytes > 0) first_access_ = std::min(first_access_, ready);
    run_.dram_read += plan_.dram_read;
    run_.dram_written += plan_.dram_written;
    ++run_.dma_transfers;
  }

  void finish_dma() {
    for (std::size_t i = 0; i < dma_.size(); ++i) {
      const Tick done = dma_[i].done();
      if (done <= run_.dma) continue;
      run_.dma = done;
      run_.busiest_dma = static_cast<int>(i);
      run_.dma_shares = dma_[i].count();
      run_.dma_bytes = dma_[i].bytes();
    }
    if (const std::int64_t bytes = run_.dram_read + run_.dram_written; bytes > 0)
      run_.memory = first_access_ + memory_rate_.ticks(bytes);
  }

  const arch::ChipSpec& chip_;
  arch::Timebase time_;
  SegmentFeed feed_;
  SemaphoreBank none_;
  SequencerTimes times_;
  Tick start_, first_access_ = kNever;
  ByteRate memory_rate_;
  std::vector<std::unique_ptr<LoneEngine>> engines_;
  std::vector<ServedShares> dma_;
  DmaPlan plan_;
  UndisturbedRun run_;
};

}  // namespace

UndisturbedRun run_undisturbed(const arch::ChipSpec& chip, isa::ProgramSource& source) {
  source.rewind();
  const UndisturbedRun run = UndisturbedProgram(chip, source).run();
  source.rewind();
  return run;
}

}  // namespace inf::sim
