#pragma once
#include <cstdint>
#include <vector>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow::page {

/// A profile in which the operators of a program that ran several times are there once, with the sums of its calls: a
/// page about thirty words read one by one has a row for an operator, not thirty.
struct Calls {
  explicit Calls(const Profile& recorded);
  /// Which of the operators an operator of a recorded program is; -1 for none.
  int of(std::size_t program, std::int32_t op) const;

  Profile profile;              ///< its path refers to its operators
  std::vector<int> calls;       ///< parallel to profile.operators
  std::vector<double> runs_ns;  ///< parallel: from first instruction to last result, summed over the calls
  std::vector<int> firsts;      ///< programs that ran for the first time, by index; their operators are the ones kept

 private:
  void add(const ProfileOperator& op, std::size_t into);
  std::vector<int> kept_;           ///< by operator of the recorded profile
  std::vector<int> first_, count_;  ///< operators of the recorded profile, by program
};

}  // namespace inf::workflow::page
