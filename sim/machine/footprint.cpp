#include "sim/machine/footprint.h"

#include <algorithm>
#include <vector>

#include "sim/machine/runs.h"

namespace inf::sim {
namespace {

struct Run {
  std::int64_t first, end;
  friend bool operator<(const Run& a, const Run& b) { return a.first < b.first; }
};

/// Byte runs of one partition relative to its start, ascending and merged.
std::vector<Run> runs_of(const isa::Access& a) {
  std::vector<Run> runs;
  for_each_run(a, [&](std::int64_t first, std::int64_t end) { runs.push_back({first, end}); });
  std::sort(runs.begin(), runs.end());
  std::size_t out = 0;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].first <= runs[out].end)
      runs[out].end = std::max(runs[out].end, runs[i].end);
    else
      runs[++out] = runs[i];
  }
  if (!runs.empty()) runs.resize(out + 1);
  return runs;
}

/// Device memory: the runs of every "partition".
std::vector<Run> flat_runs(const isa::Access& a) {
  const std::vector<Run> one = runs_of(a);
  std::vector<Run> all;
  all.reserve(one.size() * a.partitions);
  for (int p = 0; p < a.partitions; ++p)
    for (const Run& r : one) all.push_back({r.first + p * a.partition_step, r.end + p * a.partition_step});
  std::sort(all.begin(), all.end());
  return all;
}

/// First byte range in common of two ascending lists; an empty run when there is none.
Run first_common(const std::vector<Run>& a, const std::vector<Run>& b) {
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const std::int64_t lo = std::max(a[i].first, b[j].first), hi = std::min(a[i].end, b[j].end);
    if (lo < hi) return {lo, hi};
    if (a[i].end <= b[j].end)
      ++i;
    else
      ++j;
  }
  return {0, 0};
}

/// Device memory with one positive partition step on both sides: only a few differences of partition numbers can bring
/// two partitions together, and each needs one comparison.
Run common_strided(const isa::Access& a, const isa::Access& b) {
  const std::int64_t step = a.partition_step;
  const std::vector<Run> runs_a = runs_of(a), runs_b = runs_of(b);
  const std::int64_t low_a = runs_a.front().first, high_a = runs_a.back().end;
  const std::int64_t low_b = runs_b.front().first, high_b = runs_b.back().end;
  const auto floor_div = [](std::int64_t x, std::int64_t y) { return x >= 0 ? x / y : -((-x + y - 1) / y); };
  // Partition p of a meets partition q of b where low_a + p step < high_b + q step and low_b + q step < high_a + p
  // step.
  const std::int64_t first =
      std::max<std::int64_t>(floor_div(low_b - high_a, step) + 1, -(std::int64_t{b.partitions} - 1));
  const std::int64_t last =
      std::min<std::int64_t>(-floor_div(low_a - high_b, step) - 1, std::int64_t{a.partitions} - 1);
  for (std::int64_t d = first; d <= last; ++d) {
    std::vector<Run> shifted = runs_a;
    for (Run& r : shifted) r = {r.first + d * step, r.end + d * step};
    const Run r = first_common(shifted, runs_b);
    if (r.first < r.end) {
      const std::int64_t q = std::max<std::int64_t>(0, -d);
      return {r.first + q * step, r.end + q * step};
    }
  }
  return {0, 0};
}

Run common(const isa::Access& a, const isa::Access& b) {
  if (!box_of(a).meets(box_of(b))) return {0, 0};
  if (a.memory != isa::Memory::dram) return first_common(runs_of(a), runs_of(b));
  if (a.partition_step == b.partition_step && a.partition_step > 0) return common_strided(a, b);
  return first_common(flat_runs(a), flat_runs(b));
}

}  // namespace

Box box_of(const isa::Access& a) {
  const std::int64_t size = size_of(a.dtype);
  Box box;
  box.memory = a.memory;
  box.first_byte = a.offset + a.free.lowest() * size;
  box.end_byte = a.offset + (a.free.highest() + 1) * size;
  if (a.memory == isa::Memory::dram) {
    const std::int64_t span = (std::int64_t{a.partitions} - 1) * a.partition_step;
    box.first_byte += std::min<std::int64_t>(span, 0);
    box.end_byte += std::max<std::int64_t>(span, 0);
    box.end_partition = 1;
  } else {
    box.first_partition = a.start_partition;
    box.end_partition = static_cast<std::int16_t>(a.start_partition + a.partitions);
  }
  return box;
}

bool is_dense(const isa::Access& a) {
  std::int64_t extent = 1;
  for (int i = 3; i >= 0; --i) {
    const Dim& d = a.free.dims[static_cast<std::size_t>(i)];
    if (d.count == 1) continue;
    if (d.step != extent) return false;
    extent *= d.count;
  }
  return a.memory != isa::Memory::dram || a.partitions == 1 || a.partition_step == extent * size_of(a.dtype);
}

bool overlap(const isa::Access& a, const isa::Access& b) {
  if (!box_of(a).meets(box_of(b))) return false;
  if (is_dense(a) && is_dense(b)) return true;
  const Run r = common(a, b);
  return r.first < r.end;
}

CommonBytes common_bytes(const isa::Access& a, const isa::Access& b) {
  const Run r = common(a, b);
  const int partition = a.memory == isa::Memory::dram ? 0 : std::max<int>(a.start_partition, b.start_partition);
  return {partition, r.first, r.end};
}

Footprint footprint_of(const isa::Operation& op) {
  Footprint f;
  const auto add = [&](bool write) {
    return [&f, write](const isa::Access& a, const char* field) {
      if (f.count < static_cast<int>(f.touches.size()))
        f.touches[static_cast<std::size_t>(f.count++)] = {&a, field, write, box_of(a)};
    };
  };
  isa::for_each_read(op, add(false));
  isa::for_each_write(op, add(true));
  return f;
}

}  // namespace inf::sim
