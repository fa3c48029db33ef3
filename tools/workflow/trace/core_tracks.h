#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "sim/machine/semaphores.h"
#include "tools/workflow/trace/packet_stream.h"

namespace inf::workflow {

/// Rows of an engine. Two datapaths of the tensor engine work at the same time, so each has its own.
enum class EngineRow : std::uint8_t {
  stream,     ///< the datapath; of the tensor engine what streams through the array
  weights,    ///< tensor engine: load_stationary
  sequencer,  ///< what needs no datapath: triggers of transfers, loops, registers
  stalls,     ///< why the engine does nothing
};
inline constexpr int kEngineRows = static_cast<int>(EngineRow::stalls) + 1;

/// The tracks of one NeuronCore, made when something is drawn on them.
class CoreTracks {
 public:
  using Track = PacketStream::Track;

  CoreTracks(PacketStream& out, int pid, const std::string& name);

  Track calls();
  Track engine(arch::Engine engine, EngineRow row);
  /// Transfers of one queue overlap: the first of its rows that is free from `begin` on, then taken until `end`. Calls
  /// come in ascending order of `begin`.
  Track queue(arch::Engine trigger, int queue, std::int64_t begin, std::int64_t end);
  Track dma_engine(int index);
  /// A counter of the core, by name.
  Track counter(const std::string& name, PacketStream::Unit unit, const std::string& unit_name = {});
  Track semaphore(int index);

 private:
  enum class Group : std::uint8_t { engines, queues, dma_engines, memory, semaphores };
  Track group(Group g);

  struct Lane {
    Track track;
    std::int64_t busy_until;
  };
  PacketStream& out_;
  Track process_;
  std::optional<Track> calls_;
  std::array<std::optional<Track>, 5> groups_;
  std::array<std::array<std::optional<Track>, kEngineRows>, arch::kEngines> rows_;
  std::array<std::vector<Lane>, arch::kEngines * sim::kQueuesPerEngine> queues_;
  std::vector<std::optional<Track>> dma_engines_;
  std::map<std::string, Track> counters_;
  std::map<int, Track> semaphores_;
};

/// "sync queue 3".
std::string queue_name(arch::Engine trigger, int queue);

}  // namespace inf::workflow
