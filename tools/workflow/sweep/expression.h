#pragma once
#include <string>
#include <vector>

#include "tools/workflow/sweep/formula.h"
#include "tools/workflow/sweep/keys.h"
#include "tools/workflow/sweep/space.h"

namespace inf::workflow::sweep {

/// Where a name in a formula takes its number from.
struct Operand {
  enum class From : std::uint8_t {
    constant,  ///< values[0]
    axis,      ///< values by the level of Space::axes[index]
    linked     ///< the number of Space::linked[index]
  };
  From from = From::constant;
  std::size_t index = 0;
  std::vector<double> values;
};

struct Space::Expression {
  Formula formula;
  std::vector<Operand> operands;  ///< in the order of formula.names()
  const Key* target = nullptr;    ///< of a link: the key that it sets

  /// `linked`: numbers of the links before this one.
  std::vector<double> values(const Point& point, const std::vector<double>& linked) const;
};

/// The first that the point breaks, counted over Space::linked (whose key cannot take its number) and then
/// Space::constraints; nothing where it meets all.
std::optional<std::size_t> first_broken(const Space& space, const Point& point);

/// Its formula, counted the same way, and its place.
struct Rule {
  const std::string& formula;
  const std::string& place;
};
Rule rule(const Space& space, std::size_t index);

}  // namespace inf::workflow::sweep
