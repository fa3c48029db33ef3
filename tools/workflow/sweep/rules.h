#pragma once
#include <string>
#include <vector>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/sweep/file_values.h"
#include "tools/workflow/sweep/space.h"

namespace inf::workflow::sweep {

/// A link or a constraint as the file has it.
struct RuleText {
  std::string key;  ///< that a link sets, in its canonical spelling; empty for a constraint
  std::string formula;
  arch::Place place;
};

/// Puts links, in an order in which each uses only what stands before it, and constraints into a space that has its
/// axes and settings. Mistakes go to the problems: formulas that do not parse, names that are no number, circles.
void add_rules(const std::vector<RuleText>& links, const std::vector<RuleText>& constraints, const FileValues& files,
               Space& space, arch::Problems& problems);

/// Notes that no point of the grid meets all rules, with how many were tried and what rejects most.
void check_satisfiable(const Space& space, arch::Problems& problems, arch::Place place);

}  // namespace inf::workflow::sweep
