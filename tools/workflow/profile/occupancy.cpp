#include "tools/workflow/profile/occupancy.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace inf::workflow {

Occupancy::Occupancy(int partitions, std::int64_t bytes_per_partition, int regions, const TimeSlots& slots)
    : slots_(slots),
      groups_(static_cast<std::size_t>((partitions + kPartitions - 1) / kPartitions)),
      blocks_(static_cast<std::size_t>((bytes_per_partition + kBytes - 1) / kBytes)),
      blocks_per_region_(std::max<std::size_t>(blocks_ / static_cast<std::size_t>(regions), 1)),
      all_(slots),
      regions_(static_cast<std::size_t>(regions), all_) {
  for (Group& g : groups_) {
    g.state.resize(blocks_);
    g.partitions.resize(blocks_);
    g.first.resize(blocks_);
    g.end.resize(blocks_);
    g.counted.resize(blocks_);
  }
}

void Occupancy::close(Group& g, std::size_t block, std::int32_t end) {
  const std::int32_t from = std::max(g.first[block], g.counted[block]);
  if (end <= from) return;
  const std::int64_t bytes = std::popcount(g.partitions[block]) * kBytes;
  all_.add(from, end, bytes);
  if (regions_.size() > 1) regions_[std::min(block / blocks_per_region_, regions_.size() - 1)].add(from, end, bytes);
  g.counted[block] = end;
}

void Occupancy::write_cell(Group& g, std::size_t block, std::uint32_t partitions, bool whole, std::int32_t from,
                           std::int32_t to) {
  // What was written and never read is replaced only by a write that covers it; a smaller one fills another part.
  const bool goes_on = g.state[block] == kWritten && !(whole && (g.partitions[block] & ~partitions) == 0);
  if (goes_on) {
    g.partitions[block] |= partitions;
    g.end[block] = std::max(g.end[block], to);
    return;
  }
  if (g.state[block] != 0) close(g, block, g.end[block]);
  g.state[block] = kWritten;
  g.partitions[block] = partitions;
  g.first[block] = from;
  g.end[block] = to;
}

void Occupancy::find_ranges(const isa::Access& access) {
  // Runs with less than a block between them touch every block from the first to the last of them.
  const std::int64_t size = size_of(access.dtype);
  const auto& dims = access.free.dims;
  std::int64_t low = access.offset, span = size;
  bool dense = true;
  int outer = 3;
  for (; outer >= 0; --outer) {
    const Dim& d = dims[static_cast<std::size_t>(outer)];
    const std::int64_t step = std::abs(std::int64_t{d.step}) * size, reach = step * (std::int64_t{d.count} - 1);
    if (d.count == 1) continue;
    if (step - span >= kBytes) break;
    dense = dense && step <= span;
    if (d.step < 0) low -= reach;
    span += reach;
  }
  const auto count = [&](int i) { return i <= outer ? std::int64_t{dims[static_cast<std::size_t>(i)].count} : 1; };
  const auto step = [&](int i) { return dims[static_cast<std::size_t>(i)].step * size; };
  ranges_.clear();
  for (std::int64_t i = 0; i < count(0); ++i)
    for (std::int64_t j = 0; j < count(1); ++j)
      for (std::int64_t k = 0; k < count(2); ++k)
        for (std::int64_t l = 0; l < count(3); ++l) {
          const std::int64_t begin = low + i * step(0) + j * step(1) + k * step(2) + l * step(3), end = begin + span;
          const auto first = static_cast<std::size_t>(begin / kBytes),
                     last = static_cast<std::size_t>((end - 1) / kBytes);
          const std::int64_t covered = (begin + kBytes - 1) / kBytes, until = dense ? end / kBytes : covered;
          ranges_.push_back({first, std::min(last, blocks_ - 1), static_cast<std::size_t>(covered),
                             static_cast<std::size_t>(std::max(covered, until))});
        }
}

template <class Visit>
void Occupancy::for_each_range(const isa::Access& access, Visit&& visit) {
  find_ranges(access);
  const int end_partition = access.start_partition + access.partitions;
  for (int p = access.start_partition; p < end_partition; p = (p / kPartitions + 1) * kPartitions) {
    const int group = p / kPartitions, low = p % kPartitions;
    const int high = std::min(end_partition - group * kPartitions, kPartitions);
    const std::uint32_t partitions = (~std::uint32_t{0} >> (kPartitions - high)) & (~std::uint32_t{0} << low);
    for (const Range& range : ranges_) visit(groups_[static_cast<std::size_t>(group)], range, partitions);
  }
}

void Occupancy::write(const isa::Access& access, std::int64_t from_tick, std::int64_t to_tick) {
  const std::int32_t from = begin_slot(from_tick), to = end_slot(to_tick);
  for_each_range(access, [&](Group& g, const Range& r, std::uint32_t partitions) {
    for (std::size_t block = r.first; block <= r.last; ++block)
      write_cell(g, block, partitions, block >= r.covered && block < r.covered_end, from, to);
  });
}

void Occupancy::read(const isa::Access& access, std::int64_t to_tick) {
  const std::int32_t to = end_slot(to_tick);
  for_each_range(access, [&](Group& g, const Range& r, std::uint32_t partitions) {
    const std::size_t n = r.last - r.first + 1;
    std::uint8_t* state = g.state.data() + r.first;
    std::uint32_t* touched = g.partitions.data() + r.first;
    std::int32_t* end = g.end.data() + r.first;
    for (std::size_t i = 0; i < n; ++i) state[i] = static_cast<std::uint8_t>(state[i] | kRead);
    for (std::size_t i = 0; i < n; ++i) touched[i] |= state[i] == kRead ? partitions : 0;
    for (std::size_t i = 0; i < n; ++i) end[i] = std::max(end[i], to);
  });
}

void Occupancy::begin_call(std::int64_t from) {
  // What is read before it is written was there when the call began.
  for (Group& g : groups_) {
    std::fill(g.state.begin(), g.state.end(), std::uint8_t{0});
    std::fill(g.partitions.begin(), g.partitions.end(), 0u);
    std::fill(g.first.begin(), g.first.end(), begin_slot(from));
    std::fill(g.end.begin(), g.end.end(), 0);
  }
}

void Occupancy::end_call(std::int64_t to) {
  const std::int32_t end = end_slot(to);
  for (Group& g : groups_)
    for (std::size_t block = 0; block < blocks_; ++block)
      if (g.state[block] != 0) close(g, block, g.state[block] == kRead ? end : g.end[block]);
}

}  // namespace inf::workflow
