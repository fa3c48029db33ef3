#include "sim/observers/access_log.h"

#include <algorithm>

namespace inf::sim {
namespace {

bool is_engine(int agent) { return agent < arch::kEngines; }

/// Everything in `old` is also touched by `now`.
bool covers(const AccessRecord& now, const AccessRecord& old) {
  if (now.dense && now.box.contains(old.box)) return true;
  return now.box == old.box && now.access == old.access;
}

void remove(std::vector<AccessRecord>& records, std::size_t i) {
  if (i + 1 != records.size()) records[i] = std::move(records.back());
  records.pop_back();
}

}  // namespace

AccessLog::AccessLog(const arch::ChipSpec& chip, const isa::ProgramImage& image)
    : psum_grain_(chip.psum.bank_bytes),
      sbuf_(static_cast<std::size_t>(chip.sbuf.bytes_per_partition / kSbufGrain + 1)),
      psum_(static_cast<std::size_t>(chip.psum.banks) + 1) {
  for (const isa::TensorEntry& t : image.tensors)
    if (t.bytes > 0) tensors_.emplace_back(t.offset, t.offset + t.bytes);
  std::sort(tensors_.begin(), tensors_.end());
  tensors_.erase(std::unique(tensors_.begin(), tensors_.end()), tensors_.end());
  dram_.resize(tensors_.size() + 1);
  tensor_neighbours_.resize(tensors_.size() + 1);
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensor_neighbours_[i].push_back(i);
    for (std::size_t j = i + 1; j < tensors_.size() && tensors_[j].first < tensors_[i].second; ++j) {
      tensor_neighbours_[i].push_back(j);
      tensor_neighbours_[j].push_back(i);
    }
  }
  for (std::size_t i = 0; i < tensors_.size(); ++i) tensor_neighbours_[i].push_back(tensors_.size());
  for (std::size_t j = 0; j <= tensors_.size(); ++j) tensor_neighbours_.back().push_back(j);
}

std::size_t AccessLog::tensor_of(const Box& box) const {
  // Tensors may share bytes: the last one that begins at or before the access and holds all of it.
  auto at = std::upper_bound(tensors_.begin(), tensors_.end(), box.first_byte,
                             [](std::int64_t first, const auto& t) { return first < t.first; });
  for (int tries = 0; at != tensors_.begin() && tries < 64; ++tries) {
    --at;
    if (at->second >= box.end_byte) return static_cast<std::size_t>(at - tensors_.begin());
  }
  return tensors_.size();
}

/// Lists that hold records which may overlap `box`. For on-chip memories, also those in which a record with this box
/// belongs.
void AccessLog::lists_of(const Box& box, std::vector<List*>& out) {
  out.clear();
  const auto add_range = [&](std::vector<List>& lists, std::int64_t grain) {
    for (std::int64_t g = box.first_byte / grain;
         g <= (box.end_byte - 1) / grain && g < static_cast<std::int64_t>(lists.size()); ++g)
      out.push_back(&lists[static_cast<std::size_t>(g)]);
  };
  switch (box.memory) {
    case isa::Memory::sbuf: add_range(sbuf_, kSbufGrain); break;
    case isa::Memory::psum: add_range(psum_, psum_grain_); break;
    case isa::Memory::dram:
      for (const std::size_t i : tensor_neighbours_[tensor_of(box)]) out.push_back(&dram_[i]);
      break;
  }
}

bool AccessLog::races(const AccessRecord& old, const AccessRecord& now, const VectorClock& start) const {
  if (!old.box.meets(now.box) || !(old.write || now.write)) return false;
  if (start.known[old.agent] >= old.index) return false;
  if (old.agent == now.agent && old.index == now.index) return false;  // operands of one instruction
  if (old.agent == now.agent && is_engine(now.agent)) {
    const bool read_after_write = old.write && !now.write;
    if (!read_after_write ||
        (now.agent == static_cast<int>(arch::Engine::tensor) && now.box.memory == isa::Memory::psum))
      return false;
  }
  return overlap(old.access, now.access);
}

const AccessRecord* AccessLog::scan(List& list, const AccessRecord& now, const VectorClock& start) {
  const auto visit = [&](std::vector<AccessRecord>& records, std::size_t i) -> const AccessRecord* {
    const AccessRecord& old = records[i];
    if (!old.box.meets(now.box)) return nullptr;
    if (races(old, now, start)) return &records[i];
    const bool ordered = start.known[old.agent] >= old.index || old.agent == now.agent;
    if (ordered && (now.write || !old.write) && covers(now, old)) remove(records, i);
    return nullptr;
  };
  for (std::size_t i = list.writes.size(); i-- > 0;)
    if (const AccessRecord* r = visit(list.writes, i)) return r;
  const std::size_t stop =
      now.write || list.reads.size() <= kReadsLookedBack ? 0 : list.reads.size() - kReadsLookedBack;
  for (std::size_t i = list.reads.size(); i-- > stop;)
    if (const AccessRecord* r = visit(list.reads, i)) return r;
  return nullptr;
}

const AccessRecord* AccessLog::scan_old(const List& list, const AccessRecord& now, const VectorClock& start) const {
  if (list.old.empty()) return nullptr;
  for (int agent = 0; agent < agents_; ++agent) {
    // An engine's own reads may have been put aside without its knowing.
    if ((agent == now.agent && is_engine(agent)) ||
        start.known[static_cast<std::size_t>(agent)] >= list.old_clock.known[static_cast<std::size_t>(agent)])
      continue;
    const auto race =
        std::find_if(list.old.begin(), list.old.end(), [&](const AccessRecord& r) { return races(r, now, start); });
    return race == list.old.end() ? nullptr : &*race;
  }
  return nullptr;
}

const AccessRecord* AccessLog::check(const AccessRecord& now, const VectorClock& start) {
  lists_of(now.box, found_);
  const AccessRecord* race = nullptr;
  for (std::size_t i = 0; !race && i < found_.size(); ++i) {
    race = scan_old(*found_[i], now, start);
    if (!race) race = scan(*found_[i], now, start);
  }
  if (race) return &culprit_.emplace(*race);
  if (now.box.memory == isa::Memory::dram) {
    List& own = dram_[tensor_of(now.box)];
    (now.write ? own.writes : own.reads).push_back(now);
  } else {
    for (List* list : found_) (now.write ? list->writes : list->reads).push_back(now);
  }
  return nullptr;
}

void AccessLog::prune(const VectorClock& writes_known, const VectorClock& reads_known, int agents) {
  agents_ = agents;
  const auto sweep = [](List& list, std::vector<AccessRecord>& records, const VectorClock& known) {
    for (std::size_t i = records.size(); i-- > 0;) {
      const AccessRecord& r = records[i];
      if (known.known[r.agent] < r.index) continue;
      list.old_clock.known[r.agent] = std::max(list.old_clock.known[r.agent], r.index);
      list.old.push_back(r);
      remove(records, i);
    }
  };
  for (auto* lists : {&sbuf_, &psum_, &dram_})
    for (List& list : *lists) {
      sweep(list, list.reads, reads_known);
      sweep(list, list.writes, writes_known);
      if (list.old.size() > 2 * kOldKept)
        list.old.erase(list.old.begin(), list.old.end() - static_cast<std::ptrdiff_t>(kOldKept));
    }
}

std::size_t AccessLog::size() const {
  std::size_t n = 0;
  for (const auto* lists : {&sbuf_, &psum_, &dram_})
    for (const List& list : *lists) n += list.reads.size() + list.writes.size();
  return n;
}

}  // namespace inf::sim
