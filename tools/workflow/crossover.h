#pragma once
#include <string>
#include <vector>

#include "tools/workflow/compare.h"

namespace inf::workflow {

/// A way to serve a model: what it costs and how long a call may take.
struct Offer {
  double latency_ns = 0, usd = 0;
  std::string what;  ///< "inf1.xlarge, batch 4"
};

/// When the cheapest offer of one family beats that of another, over latency limits.
struct Crossover {
  bool ever = false;     ///< it does at some limit
  bool always = false;   ///< at every limit that both can meet
  double from_ns = 0;    ///< from this limit on, for good, it is the cheaper one; valid where `ever` and `lasting`
  bool lasting = false;  ///< ... up to any limit
  double first_ns = 0;   ///< the lowest limit at which it is cheaper; valid where `ever`
  double a_possible_ns = 0, b_possible_ns = 0;  ///< lowest limits that each can meet at all
  Offer a, b;                                   ///< the cheapest of each at from_ns (first_ns where it does not last)
};

/// Offers of `a` against those of `b`; neither is empty.
Crossover cross(const std::vector<Offer>& a, const std::vector<Offer>& b);

/// "inf1 becomes cheaper than inf2 (on demand) once a call may take 10.4 ms: ..."; one for each pair and plan.
std::vector<std::string> crossover_sentences(const Comparison& comparison);

}  // namespace inf::workflow
