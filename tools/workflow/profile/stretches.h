#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tools/workflow/profile/breakdown.h"

namespace inf::workflow {

/// A piece of the critical path that works mostly for one operator.
struct Stretch {
  std::int64_t from = 0, to = 0;  ///< ticks
  int op = -1;                    ///< the operator with the most time in it, -1 for none
  int others = 0;                 ///< further operators in it
  std::string name;               ///< of the operator; of the layer with most time where no operator has half of it
  std::vector<Part> engines;      ///< add up to its length, longest first
  std::vector<Part> causes;       ///< by engine and cause, "tensor datapath", likewise
};

/// The critical path as at most `most` pieces one after the other, together the whole latency: neighbours of one
/// operator are one, and the shortest pieces join the shorter of their neighbours until few enough are left.
std::vector<Stretch> stretches(const Profile& profile, std::size_t most);

/// How much of each of `columns` equal parts of the latency the path spends on each engine, 0..1.
struct Lane {
  std::string engine;
  std::vector<double> share;
};
std::vector<Lane> lanes(const Profile& profile, std::size_t columns);

}  // namespace inf::workflow
