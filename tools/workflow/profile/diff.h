#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/workflow/profile/breakdown.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// What is in one row of a difference: ticks of the common clock in each run.
struct DiffRow {
  std::string name;
  std::int64_t a = 0, b = 0;
  std::int64_t change() const { return b - a; }
};

/// Operators of two runs that stand for the same ONNX nodes.
struct DiffOperator : DiffRow {
  enum class Match : std::uint8_t {
    same,       ///< the same nodes
    regrouped,  ///< nodes in common: fused in another way, or in more or fewer pieces
    only_a,
    only_b,
    none,  ///< time that belongs to no operator
  } match = Match::same;
  std::vector<std::string> in_a, in_b;  ///< names of the operators
  std::vector<DiffRow> causes;          ///< add up to the row; empty where a run has no critical path
};
constexpr std::string_view name(DiffOperator::Match match) {
  switch (match) {
    case DiffOperator::Match::same: return "same";
    case DiffOperator::Match::regrouped: return "fused differently";
    case DiffOperator::Match::only_a: return "only in A";
    case DiffOperator::Match::only_b: return "only in B";
    case DiffOperator::Match::none: return "";
  }
  return "";
}

struct DiffText {
  std::string name, a, b;
};
struct DiffMetric {
  std::string name, unit;
  double a = 0, b = 0;
};

/// Run B less run A. Times are ticks of a clock that both runs' ticks are whole multiples of; the changes of operators,
/// of layers, of causes and of engines each add up to the total.
struct Diff {
  std::int64_t tick_mhz = 0;
  std::int64_t a = 0, b = 0;
  bool path = true;  ///< both have a critical path; else operators are split by when the run ended, nothing by cause
  std::vector<DiffOperator> operators;  ///< largest change first, whatever its sign
  std::vector<DiffRow> layers, causes, engines;
  std::vector<DiffText> settings;  ///< that differ; empty where a run has none of the name
  std::vector<DiffMetric> metrics;
  std::string sentence;  ///< what made most of it

  std::int64_t change() const { return b - a; }
  double ns(std::int64_t t) const { return static_cast<double>(t) * 1e3 / static_cast<double>(tick_mhz); }
};

/// Errors: usage where the runs' clocks have no common multiple that whole numbers can hold.
Diff diff(const Profile& a, const Profile& b);

/// `name_a` and `name_b` are what the runs are called, such as their files.
std::string diff_text(const Diff& diff, const Profile& a, const Profile& b, const std::string& name_a,
                      const std::string& name_b, std::size_t top);
/// The document described in docs/json.md.
std::string diff_json(const Diff& diff, const Profile& a, const Profile& b, const std::string& name_a,
                      const std::string& name_b);

}  // namespace inf::workflow
