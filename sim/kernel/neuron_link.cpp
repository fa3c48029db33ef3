#include "sim/kernel/neuron_link.h"

#include <algorithm>

namespace inf::sim {
namespace {

/// Chips of one row: all in one dimension, else the squarest grid.
int columns_of(int chips, int dimensions) {
  if (dimensions < 2) return chips;
  int rows = 1;
  for (int r = 1; r * r <= chips; ++r)
    if (chips % r == 0) rows = r;
  return chips / rows;
}

/// The next place on the way from `at` to `to` among `length` places.
int towards(int at, int to, int length, bool wraps) {
  const int ahead = (to - at + length) % length, behind = length - ahead;
  if (!wraps) return to > at ? at + 1 : at - 1;
  return ahead <= behind ? (at + 1) % length : (at + length - 1) % length;
}

}  // namespace

NeuronLinks::NeuronLinks(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
                         int chips)
    : sc_module(name),
      chips_(chips),
      columns_(columns_of(chips, chip.neuronlink.dimensions)),
      wraps_(chip.neuronlink.wraps),
      rate_(chip.neuronlink.bytes_per_ns, time),
      latency_(time.from_ns(static_cast<double>(chip.neuronlink.latency_ns))),
      free_(static_cast<std::size_t>(chips) * static_cast<std::size_t>(chips)) {}

std::vector<int> NeuronLinks::route(int from, int to) const {
  std::vector<int> chips{from};
  int column = from % columns_, row = from / columns_;
  while (column != to % columns_) {
    column = towards(column, to % columns_, columns_, wraps_);
    chips.push_back(row * columns_ + column);
  }
  while (row != to / columns_) {
    row = towards(row, to / columns_, chips_ / columns_, wraps_);
    chips.push_back(row * columns_ + column);
  }
  return chips;
}

Tick NeuronLinks::send(int from, int to, std::int64_t bytes, Tick at) {
  const std::vector<int> chips = route(from, to);
  const Tick takes = rate_.ticks(bytes);
  Tick head = at, last = at;
  for (std::size_t hop = 0; hop + 1 < chips.size(); ++hop) {
    Tick& free = free_[static_cast<std::size_t>(chips[hop]) * static_cast<std::size_t>(chips_) +
                       static_cast<std::size_t>(chips[hop + 1])];
    const Tick start = std::max(head, free);
    use_.waited += start - head;
    use_.busy += takes;
    use_.bytes += bytes;
    free = start + takes;
    head = start + latency_;
    last = free + latency_;
  }
  return last;
}

}  // namespace inf::sim
