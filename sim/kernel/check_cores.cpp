#include "sim/kernel/check_cores.h"

#include <algorithm>
#include <map>
#include <string>

#include "isa/base/error.h"

namespace inf::sim {
namespace {

using Role = isa::TensorEntry::Role;

std::string place_of(const CoreProgram& p) {
  return "chip " + std::to_string(p.chip) + " core " + std::to_string(p.core);
}

void check_places(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, int chips,
                  std::vector<std::string>& notes) {
  std::map<std::pair<int, int>, int> used;
  for (const CoreProgram& p : programs) {
    if (p.core < 0 || p.core >= chip.cores)
      notes.push_back(place_of(p) + " does not exist: " + chip.name + " has cores 0.." +
                      std::to_string(chip.cores - 1));
    if (p.chip < 0 || p.chip >= chips)
      notes.push_back(place_of(p) + " does not exist: there are chips 0.." + std::to_string(chips - 1));
    if (used[{p.chip, p.core}]++ == 1) notes.push_back(place_of(p) + " is given two programs");
    if (p.calls < 1) notes.push_back(place_of(p) + " makes " + std::to_string(p.calls) + " calls; at least 1");
  }
}

/// Each chip's device memory holds the regions of all its programs.
void check_memory(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, std::vector<std::string>& notes) {
  std::map<int, std::pair<int, std::int64_t>> needs;
  for (const CoreProgram& p : programs) {
    auto& [count, bytes] = needs[p.chip];
    ++count;
    bytes += p.program->image().dram_bytes;
  }
  for (const auto& [index, need] : needs)
    if (need.first > 1 && need.second > chip.memory.bytes)
      notes.push_back("the " + std::to_string(need.first) + " programs of chip " + std::to_string(index) + " need " +
                      std::to_string(need.second) + " bytes of device memory, " + chip.name + " has " +
                      std::to_string(chip.memory.bytes));
}

void check_feed(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, std::size_t index, const Feed& feed,
                std::vector<std::string>& notes) {
  const CoreProgram& to = programs[index];
  const auto wrong = [&](const std::string& what) { notes.push_back("a feed of " + place_of(to) + " " + what); };
  if (feed.producer < 0 || static_cast<std::size_t>(feed.producer) >= programs.size())
    return wrong("names program " + std::to_string(feed.producer) + " of " + std::to_string(programs.size()));
  const CoreProgram& from = programs[static_cast<std::size_t>(feed.producer)];
  if (from.calls < to.calls)
    wrong("waits for " + std::to_string(to.calls) + " calls, its producer makes " + std::to_string(from.calls));
  if (feed.bytes < 0) wrong("has " + std::to_string(feed.bytes) + " bytes");
  if (feed.buffers < 1) wrong("has " + std::to_string(feed.buffers) + " buffers; at least 1");
  if (from.chip != to.chip && chip.neuronlink.dimensions == 0)
    wrong("comes from another chip, and " + chip.name + " has no NeuronLink");
  for (const isa::TensorEntry& out : from.program->image().tensors)
    for (const isa::TensorEntry& in : to.program->image().tensors)
      if (out.role == Role::output && in.role == Role::input && out.name == in.name && out.bytes != in.bytes)
        wrong("brings " + out.name + " with " + std::to_string(out.bytes) + " bytes, which should have " +
              std::to_string(in.bytes));
}

/// Programs that wait for each other, or nothing: what is left when all that can run have run.
void check_circles(std::span<const CoreProgram> programs, std::vector<std::string>& notes) {
  std::vector<bool> can_run(programs.size(), false);
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < programs.size(); ++i) {
      if (can_run[i]) continue;
      const auto& feeds = programs[i].feeds;
      can_run[i] = std::all_of(feeds.begin(), feeds.end(),
                               [&](const Feed& f) { return can_run[static_cast<std::size_t>(f.producer)]; });
      moved |= can_run[i];
    }
  }
  for (std::size_t i = 0; i < programs.size(); ++i)
    if (!can_run[i]) notes.push_back(place_of(programs[i]) + " waits for its own result by way of its feeds");
}

/// Inputs that feeds bring.
std::vector<std::string> fed_inputs(std::span<const CoreProgram> programs, const CoreProgram& to) {
  std::vector<std::string> names;
  for (const Feed& f : to.feeds)
    for (const isa::TensorEntry& t : programs[static_cast<std::size_t>(f.producer)].program->image().tensors)
      if (t.role == Role::output) names.push_back(t.name);
  return names;
}

}  // namespace

int check_cores(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, bool values, int chips) {
  std::vector<std::string> notes;
  if (programs.empty()) throw Error(ErrorKind::usage, "programs", "there is none to run");
  if (chips == 0)
    for (const CoreProgram& p : programs) chips = std::max(chips, p.chip + 1);
  check_places(chip, programs, chips, notes);
  check_memory(chip, programs, notes);
  for (std::size_t i = 0; i < programs.size(); ++i)
    for (const Feed& f : programs[i].feeds) check_feed(chip, programs, i, f, notes);
  if (notes.empty()) check_circles(programs, notes);
  if (!notes.empty()) throw Error(ErrorKind::usage, "programs on " + chip.name, "cannot run", notes);
  static const std::vector<TensorData> none;
  for (const CoreProgram& p : programs)
    check_program(p.program->image(), chip, p.inputs ? *p.inputs : none, values, fed_inputs(programs, p));
  return chips;
}

}  // namespace inf::sim
