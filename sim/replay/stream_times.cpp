#include "sim/replay/stream_times.h"

#include <memory>

#include "sim/engines/segment_feed.h"
#include "sim/engines/stream.h"

namespace inf::sim {
namespace {

/// Issues what the streams of a program hold.
class StreamSource : public IssueSource {
 public:
  StreamSource(const arch::ChipSpec& chip, isa::ProgramSource& program) : chip_(chip), time_(chip), feed_(program) {
    feed_.on_advance = [this] { on_advance(); };
    for (int e = 0; e < arch::kEngines; ++e)
      streams_.push_back(
          std::make_unique<InstructionStream>(static_cast<arch::Engine>(e), feed_, chip, program.image().dram_bytes));
  }
  Item current(int engine) override {
    const Decoded* d = stream(engine).current();
    return d ? Item{&d->work, &d->cost} : Item{};
  }
  void advance(int engine) override {
    ++instructions;
    if (const auto* m = std::get_if<isa::Matmul>(&stream(engine).current()->inst.op))
      macs += static_cast<std::uint64_t>(m->moving.elements()) * m->dst.partitions;
    stream(engine).advance([](const isa::Access&) { return 0; });
  }
  bool starved(int engine) override { return stream(engine).starved(); }
  void look_further() override { feed_.look_further(); }
  void plan(int engine, DmaPlan& out) override {
    sim::plan(*dma_move(stream(engine).current()->inst.op), chip_.dma, time_, out);
  }

  std::uint64_t macs = 0, instructions = 0;  ///< of what has issued

 private:
  InstructionStream& stream(int engine) { return *streams_[static_cast<std::size_t>(engine)]; }

  const arch::ChipSpec& chip_;
  const arch::Timebase time_;
  SegmentFeed feed_;
  std::vector<std::unique_ptr<InstructionStream>> streams_;
};

}  // namespace

ProgramTimes program_times(const arch::ChipSpec& chip, isa::ProgramSource& program) {
  program.rewind();
  StreamSource source(chip, program);
  CoreTimes core(chip, source, {});
  ProgramTimes times;
  times.end = core.run();
  times.dram_read = core.dram_read;
  times.dram_written = core.dram_written;
  times.macs = source.macs;
  times.instructions = source.instructions;
  return times;
}

}  // namespace inf::sim
