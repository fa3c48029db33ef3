#include "sim/observers/written_map.h"

#include <algorithm>
#include <cstring>

#include "sim/machine/runs.h"

namespace inf::sim {

PartitionGroup::PartitionGroup(std::int64_t bytes_per_partition)
    : bytes_(static_cast<std::size_t>(bytes_per_partition)),
      full_(static_cast<std::size_t>(bytes_per_partition / kBlock + 1)),
      stale_(full_.size(), false) {}

PartitionGroup::Mask PartitionGroup::mask_of(const Box& box) {
  const auto ones_below = [](int n) {
    return Mask{n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1, n <= 64 ? 0
                                                                           : n >= 128
                                                                               ? ~std::uint64_t{0}
                                                                               : (std::uint64_t{1} << (n - 64)) - 1};
  };
  const Mask end = ones_below(box.end_partition), first = ones_below(box.first_partition);
  return {end.low & ~first.low, end.high & ~first.high};
}

bool PartitionGroup::summary_holds(const Box& box, const Mask& m) const {
  for (std::int64_t b = box.first_byte / kBlock; b <= (box.end_byte - 1) / kBlock; ++b)
    if (!full_[static_cast<std::size_t>(b)].holds(m)) return false;
  return true;
}

void PartitionGroup::summarise(const Box& box) {
  for (std::int64_t b = box.first_byte / kBlock; b <= (box.end_byte - 1) / kBlock; ++b) {
    const auto block = static_cast<std::size_t>(b);
    if (!stale_[block]) continue;
    stale_[block] = false;
    Mask all{~std::uint64_t{0}, ~std::uint64_t{0}};
    const std::size_t end = std::min(bytes_.size(), (block + 1) * kBlock);
    for (std::size_t i = block * kBlock; i < end; ++i) {
      all.low &= bytes_[i].low;
      all.high &= bytes_[i].high;
    }
    full_[block] = all;
  }
}

/// Calls f(first, end) for the pieces of the access that lie in blocks whose summary does not hold `m` yet.
template <class F>
void PartitionGroup::for_each_open_piece(const isa::Access& a, const Mask& m, F&& f) const {
  for_each_run(a, [&](std::int64_t first, std::int64_t end) {
    while (first < end) {
      const std::int64_t block = first / kBlock, stop = std::min(end, (block + 1) * kBlock);
      if (!full_[static_cast<std::size_t>(block)].holds(m)) f(first, stop);
      first = stop;
    }
  });
}

void PartitionGroup::set(const isa::Access& a, const Box& box) {
  const Mask m = mask_of(box);
  if (summary_holds(box, m)) return;
  for_each_open_piece(a, m, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      bytes_[static_cast<std::size_t>(i)].low |= m.low;
      bytes_[static_cast<std::size_t>(i)].high |= m.high;
    }
    stale_[static_cast<std::size_t>(first / kBlock)] = true;
  });
}

void PartitionGroup::clear(const isa::Access& a, const Box& box) {
  const Mask m = mask_of(box);
  for_each_run(a, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      bytes_[static_cast<std::size_t>(i)].low &= ~m.low;
      bytes_[static_cast<std::size_t>(i)].high &= ~m.high;
    }
  });
  for (std::int64_t b = box.first_byte / kBlock; b <= (box.end_byte - 1) / kBlock; ++b) {
    full_[static_cast<std::size_t>(b)].low &= ~m.low;
    full_[static_cast<std::size_t>(b)].high &= ~m.high;
    stale_[static_cast<std::size_t>(b)] = true;
  }
}

std::optional<Unwritten> PartitionGroup::missing(const isa::Access& a, const Box& box) {
  const Mask m = mask_of(box);
  if (summary_holds(box, m)) return std::nullopt;
  std::optional<Unwritten> found;
  for_each_open_piece(a, m, [&](std::int64_t first, std::int64_t end) {
    std::uint64_t low = ~std::uint64_t{0}, high = ~std::uint64_t{0};
    for (std::int64_t i = first; i < end; ++i) {
      low &= bytes_[static_cast<std::size_t>(i)].low;
      high &= bytes_[static_cast<std::size_t>(i)].high;
    }
    if (found || Mask{low, high}.holds(m)) return;
    for (std::int64_t i = first; i < end && !found; ++i) {
      const Mask have = bytes_[static_cast<std::size_t>(i)];
      if (have.holds(m)) continue;
      int partition = box.first_partition;
      while (((partition < 64 ? have.low >> partition : have.high >> (partition - 64)) & 1) != 0) ++partition;
      found = Unwritten{partition, i};
    }
  });
  if (!found) summarise(box);
  return found;
}

PartitionBitmap::PartitionBitmap(std::int64_t bytes_per_partition, int partitions)
    : groups_(static_cast<std::size_t>((partitions + PartitionGroup::kPartitions - 1) / PartitionGroup::kPartitions),
              PartitionGroup(bytes_per_partition)) {}

template <class F>
void PartitionBitmap::for_each_group(const Box& box, F&& f) {
  constexpr int kEach = PartitionGroup::kPartitions;
  for (int first = box.first_partition / kEach * kEach; first < box.end_partition; first += kEach) {
    Box part = box;
    part.first_partition = static_cast<std::int16_t>(std::max(box.first_partition - first, 0));
    part.end_partition = static_cast<std::int16_t>(std::min(box.end_partition - first, kEach));
    f(groups_[static_cast<std::size_t>(first / kEach)], part, first);
  }
}

void PartitionBitmap::set(const isa::Access& a, const Box& box) {
  for_each_group(box, [&](PartitionGroup& group, const Box& part, int) { group.set(a, part); });
}

void PartitionBitmap::clear(const isa::Access& a, const Box& box) {
  for_each_group(box, [&](PartitionGroup& group, const Box& part, int) { group.clear(a, part); });
}

std::optional<Unwritten> PartitionBitmap::missing(const isa::Access& a, const Box& box) {
  std::optional<Unwritten> found;
  for_each_group(box, [&](PartitionGroup& group, const Box& part, int first) {
    if (found) return;
    found = group.missing(a, part);
    if (found) found->partition += first;
  });
  return found;
}

DramMap::DramMap(std::int64_t bytes)
    : states_(static_cast<std::size_t>(bytes / kPage + 1), empty),
      bits_(static_cast<std::size_t>(bytes / 8 + kPage), "map of device memory", Pages::small),
      set_(states_.size(), 0) {}

void DramMap::set(std::int64_t first, std::int64_t end) {
  auto* bits = reinterpret_cast<std::uint8_t*>(bits_.data());
  while (first < end) {
    const std::int64_t page = first / kPage, stop = std::min(end, (page + 1) * kPage);
    std::uint8_t& state = states_[static_cast<std::size_t>(page)];
    if (state != full && stop - first == kPage) {
      state = full;
    } else if (state != full) {
      state = partial;
      std::uint16_t& count = set_[static_cast<std::size_t>(page)];
      for (std::int64_t i = first; i < stop;) {
        // Whole bytes of the bitmap where the range allows.
        const bool whole = i % 8 == 0 && i + 8 <= stop;
        const auto mask = static_cast<std::uint8_t>(whole ? 0xff : 1u << (i % 8));
        std::uint8_t& word = bits[i / 8];
        count = static_cast<std::uint16_t>(count + __builtin_popcount(static_cast<unsigned>(mask & ~word)));
        word |= mask;
        i += whole ? 8 : 1;
      }
      if (count == kPage) state = full;
    }
    first = stop;
  }
}

void DramMap::set(const isa::Access& a) {
  isa::Access one = a;
  for (int p = 0; p < a.partitions; ++p, one.offset += a.partition_step)
    for_each_run(one, [this](std::int64_t first, std::int64_t end) { set(first, end); });
}

bool DramMap::all_full(std::int64_t first, std::int64_t end) const {
  const auto begin = states_.begin() + first / kPage, stop = states_.begin() + (end - 1) / kPage + 1;
  return std::all_of(begin, stop, [](std::uint8_t s) { return s == full; });
}

std::optional<std::int64_t> DramMap::first_missing(std::int64_t first, std::int64_t end) const {
  const auto* bits = reinterpret_cast<const std::uint8_t*>(bits_.data());
  while (first < end) {
    const std::int64_t page = first / kPage, stop = std::min(end, (page + 1) * kPage);
    const std::uint8_t state = states_[static_cast<std::size_t>(page)];
    if (state == empty) return first;
    if (state == partial)
      for (std::int64_t i = first; i < stop; ++i)
        if (((bits[i / 8] >> (i % 8)) & 1) == 0) return i;
    first = stop;
  }
  return std::nullopt;
}

std::optional<Unwritten> DramMap::missing(const isa::Access& a, const Box&) {
  std::optional<Unwritten> found;
  isa::Access one = a;
  for (int p = 0; p < a.partitions && !found; ++p, one.offset += a.partition_step)
    for_each_run(one, [&](std::int64_t first, std::int64_t end) {
      if (found || all_full(first, end)) return;
      if (const auto at = first_missing(first, end)) found = Unwritten{p, *at};
    });
  return found;
}

}  // namespace inf::sim
