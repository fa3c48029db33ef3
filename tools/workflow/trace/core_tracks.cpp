#include "tools/workflow/trace/core_tracks.h"

#include <fmt/core.h>

namespace inf::workflow {
namespace {

using Children = PacketStream::Children;

/// The tensor engine's rows have the names that the vendor's profiler gives them.
std::string row_name(arch::Engine engine, EngineRow row) {
  const std::string_view name = arch::name(engine);
  switch (row) {
    case EngineRow::stream:
      return engine == arch::Engine::tensor ? fmt::format("{} MultiplyMoving", name) : std::string(name);
    case EngineRow::weights: return fmt::format("{} LoadStationary", name);
    case EngineRow::sequencer: return fmt::format("{} sequencer", name);
    case EngineRow::stalls: return fmt::format("{} stalls", name);
  }
  return {};
}

}  // namespace

std::string queue_name(arch::Engine trigger, int queue) {
  return fmt::format("{} queue {}", arch::name(trigger), queue);
}

CoreTracks::CoreTracks(PacketStream& out, int pid, const std::string& name)
    : out_(out), process_(out.process(pid, name)) {}

CoreTracks::Track CoreTracks::group(Group g) {
  static constexpr const char* kNames[] = {"engines", "DMA queues", "DMA engines", "memory", "semaphores"};
  const auto index = static_cast<std::size_t>(g);
  std::optional<Track>& made = groups_[index];
  if (!made) made = out_.track(process_, kNames[index], static_cast<int>(index) + 1, Children::by_rank);
  return *made;
}

CoreTracks::Track CoreTracks::calls() {
  if (!calls_) calls_ = out_.track(process_, "calls", 0);
  return *calls_;
}

CoreTracks::Track CoreTracks::engine(arch::Engine engine, EngineRow row) {
  const auto e = static_cast<std::size_t>(engine), r = static_cast<std::size_t>(row);
  std::optional<Track>& made = rows_[e][r];
  if (!made)
    made = out_.track(group(Group::engines), row_name(engine, row),
                      static_cast<int>(e) * kEngineRows + static_cast<int>(r));
  return *made;
}

CoreTracks::Track CoreTracks::queue(arch::Engine trigger, int queue, std::int64_t begin, std::int64_t end) {
  const int ring = static_cast<int>(trigger) * sim::kQueuesPerEngine + queue;
  std::vector<Lane>& lanes = queues_[static_cast<std::size_t>(ring)];
  for (Lane& lane : lanes) {
    if (lane.busy_until > begin) continue;
    lane.busy_until = end;
    return lane.track;
  }
  constexpr int kMostLanes = 1000;  // between the ranks of two queues
  const int number = static_cast<int>(lanes.size()) + 1;
  std::string name = queue_name(trigger, queue);
  if (number > 1) name += fmt::format(" ({})", number);
  lanes.push_back({out_.track(group(Group::queues), name, ring * kMostLanes + number), end});
  return lanes.back().track;
}

CoreTracks::Track CoreTracks::dma_engine(int index) {
  const auto i = static_cast<std::size_t>(index);
  if (i >= dma_engines_.size()) dma_engines_.resize(i + 1);
  if (!dma_engines_[i]) dma_engines_[i] = out_.track(group(Group::dma_engines), fmt::format("DMA engine {}", i), index);
  return *dma_engines_[i];
}

CoreTracks::Track CoreTracks::counter(const std::string& name, PacketStream::Unit unit, const std::string& unit_name) {
  const auto at = counters_.find(name);
  if (at != counters_.end()) return at->second;
  const int rank = static_cast<int>(counters_.size());
  return counters_.emplace(name, out_.counter(group(Group::memory), name, rank, unit, unit_name)).first->second;
}

CoreTracks::Track CoreTracks::semaphore(int index) {
  const auto at = semaphores_.find(index);
  if (at != semaphores_.end()) return at->second;
  const Track made =
      out_.counter(group(Group::semaphores), fmt::format("semaphore {}", index), index, PacketStream::Unit::count);
  return semaphores_.emplace(index, made).first->second;
}

}  // namespace inf::workflow
