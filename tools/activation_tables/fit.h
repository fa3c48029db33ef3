#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "isa/numerics/activation_table.h"

namespace inf::numerics {

/// How a side of a table goes on beyond its end.
enum class Tail { constant, linear, extrapolate };

struct Side {
  double end;  ///< |x| from which the tail holds; a segment starts there unless the tail extrapolates
  Tail tail;
  double tail_value;  ///< of the function at `end`
  float at_infinity;
};

/// What the generator knows about a function.
struct Spec {
  ActFn fn;
  Reduction reduction;
  Symmetry symmetry;
  Side side[2];  ///< x >= 0 and x < 0; symmetric functions use the first
};

/// A table that owns its numbers.
struct Fitted {
  ActivationTable table;
  std::vector<std::uint32_t> octaves;
  std::vector<float> segments;

  /// The table pointing at the vectors of this object.
  ActivationTable view() const;
};

Fitted fit(const Spec& spec);

}  // namespace inf::numerics
