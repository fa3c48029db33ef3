#include "tools/workflow/profile/diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>

#include "isa/base/error.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

/// Both sides of a difference in ticks of one clock.
struct Sides {
  const Profile& a;
  const Profile& b;
  std::int64_t mhz, scale_a, scale_b;
};

Sides sides_of(const Profile& a, const Profile& b) {
  std::int64_t mhz = 0, longest = 0;
  const std::int64_t step_a = std::max<std::int64_t>(1, a.tick_mhz), step_b = std::max<std::int64_t>(1, b.tick_mhz);
  const std::int64_t common = std::gcd(step_a, step_b);
  if (__builtin_mul_overflow(step_a / common, step_b, &mhz) ||
      __builtin_mul_overflow(a.ticks, step_b / common, &longest) ||
      __builtin_mul_overflow(b.ticks, step_a / common, &longest))
    throw Error(ErrorKind::usage, "diff",
                fmt::format("ticks of {} MHz and of {} MHz have no common clock in 64 bits", a.tick_mhz, b.tick_mhz));
  return {a, b, mhz, step_b / common, step_a / common};
}

void sort_by_change(auto& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const DiffRow& x, const DiffRow& y) {
    return std::abs(x.change()) != std::abs(y.change()) ? std::abs(x.change()) > std::abs(y.change()) : x.name < y.name;
  });
}

std::vector<DiffRow> rows_of(const Sides& sides, const std::vector<Part>& a, const std::vector<Part>& b) {
  std::map<std::string, std::size_t> index;
  std::vector<DiffRow> rows;
  const auto row = [&](const std::string& name) -> DiffRow& {
    const auto [at, fresh] = index.try_emplace(name, rows.size());
    if (fresh) rows.push_back({name});
    return rows[at->second];
  };
  for (const Part& part : a) row(part.name).a += part.ticks * sides.scale_a;
  for (const Part& part : b) row(part.name).b += part.ticks * sides.scale_b;
  sort_by_change(rows);
  return rows;
}

/// Operators of both runs, joined where they share an ONNX node.
class Groups {
 public:
  explicit Groups(const Sides& sides) : sides_(sides), parent_(sides.a.operators.size() + sides.b.operators.size()) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::map<std::string, std::size_t> owner;
    for (std::size_t i = 0; i < parent_.size(); ++i)
      for (const std::string& node : nodes(i)) {
        const auto [at, fresh] = owner.try_emplace(node, i);
        if (!fresh) parent_[root(i)] = root(at->second);
      }
  }

  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  bool of_a(std::size_t i) const { return i < sides_.a.operators.size(); }
  const ProfileOperator& at(std::size_t i) const {
    return of_a(i) ? sides_.a.operators[i] : sides_.b.operators[i - sides_.a.operators.size()];
  }
  std::size_t size() const { return parent_.size(); }
  /// Sorted; an operator without nodes goes by its name.
  std::vector<std::string> nodes(std::size_t i) const {
    std::vector<std::string> list = at(i).use.nodes;
    if (list.empty()) list.push_back(at(i).use.name);
    std::sort(list.begin(), list.end());
    return list;
  }

 private:
  const Sides& sides_;
  std::vector<std::size_t> parent_;
};

/// Ticks of each operator by cause, in path order.
using CauseTicks = std::vector<std::vector<Part>>;
CauseTicks cause_ticks(const Profile& profile) {
  CauseTicks result(profile.operators.size());
  for (const PathStretch& s : profile.path)
    if (s.op >= 0 && s.op < static_cast<int>(result.size()))
      result[static_cast<std::size_t>(s.op)].push_back({s.cause, s.to - s.from});
  return result;
}

DiffOperator::Match match_of(const Groups& groups, const std::vector<std::size_t>& members, const DiffOperator& row) {
  if (row.in_b.empty()) return DiffOperator::Match::only_a;
  if (row.in_a.empty()) return DiffOperator::Match::only_b;
  const bool pair = row.in_a.size() == 1 && row.in_b.size() == 1;
  if (pair && groups.nodes(members.front()) == groups.nodes(members.back())) return DiffOperator::Match::same;
  return row.in_a == row.in_b ? DiffOperator::Match::same : DiffOperator::Match::regrouped;
}

/// Of the run that has fewer operators for it, whichever that is.
std::string name_of(const DiffOperator& row) {
  const std::vector<std::string>&a = row.in_a, &b = row.in_b;
  if (a.empty() || b.empty()) return a.empty() ? b.front() : a.front();
  if (a.size() != b.size()) return a.size() < b.size() ? a.front() : b.front();
  return std::min(a.front(), b.front());
}

std::vector<DiffOperator> operators_of(const Sides& sides, const std::vector<std::int64_t>& a,
                                       const std::vector<std::int64_t>& b, bool path) {
  Groups groups(sides);
  std::map<std::size_t, std::vector<std::size_t>> members;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!members.contains(groups.root(i))) order.push_back(groups.root(i));
    members[groups.root(i)].push_back(i);
  }
  const CauseTicks by_cause_a = cause_ticks(sides.a), by_cause_b = cause_ticks(sides.b);
  std::vector<DiffOperator> rows;
  DiffOperator rest;
  rest.name = "no operator";
  rest.match = DiffOperator::Match::none;
  rest.a = sides.a.ticks * sides.scale_a;
  rest.b = sides.b.ticks * sides.scale_b;
  for (const std::size_t root : order) {
    DiffOperator row;
    std::vector<Part> causes_a, causes_b;
    for (const std::size_t i : members[root]) {
      const bool of_a = groups.of_a(i);
      const std::size_t op = of_a ? i : i - sides.a.operators.size();
      (of_a ? row.in_a : row.in_b).push_back(groups.at(i).use.name);
      (of_a ? row.a : row.b) += of_a ? a[op] * sides.scale_a : b[op] * sides.scale_b;
      std::vector<Part>& into = of_a ? causes_a : causes_b;
      const std::vector<Part>& from = (of_a ? by_cause_a : by_cause_b)[op];
      into.insert(into.end(), from.begin(), from.end());
    }
    row.name = name_of(row);
    row.match = match_of(groups, members[root], row);
    if (path) row.causes = rows_of(sides, causes_a, causes_b);
    rest.a -= row.a;
    rest.b -= row.b;
    rows.push_back(std::move(row));
  }
  if (rest.a != 0 || rest.b != 0) rows.push_back(std::move(rest));
  sort_by_change(rows);
  return rows;
}

std::vector<DiffText> settings_of(const Profile& a, const Profile& b) {
  std::map<std::string, DiffText> all;
  for (const auto& [key, value] : a.settings) all[key].a = value;
  for (const auto& [key, value] : b.settings) all[key].b = value;
  std::vector<DiffText> differ;
  const auto add = [&](const char* key, const std::string& x, const std::string& y) {
    if (x != y && !all.contains(key)) differ.push_back({key, x, y});
  };
  add("workload", a.workload, b.workload);
  add("chip", a.chip_title, b.chip_title);
  add("precision", a.precision, b.precision);
  for (auto& [key, text] : all)
    if (text.a != text.b) differ.push_back({key, text.a, text.b});
  return differ;
}

std::vector<DiffMetric> metrics_of(const Profile& a, const Profile& b) {
  std::vector<DiffMetric> list;
  for (const Metric& m : a.metrics) {
    const auto other =
        std::find_if(b.metrics.begin(), b.metrics.end(), [&](const Metric& x) { return x.name == m.name; });
    if (other != b.metrics.end()) list.push_back({m.name, m.unit, m.value, other->value});
  }
  return list;
}

/// The row that does most in the direction of the whole.
const DiffRow* driver(const auto& rows, std::int64_t change) {
  const DiffRow* best = nullptr;
  for (const DiffRow& row : rows)
    if ((change < 0 ? row.change() < 0 : row.change() > 0) &&
        (best == nullptr || std::abs(row.change()) > std::abs(best->change())))
      best = &row;
  return best;
}

std::string signed_text(const Diff& diff, const DiffRow& row) {
  const double change = diff.ns(row.change());
  return fmt::format("{}{}", change > 0 ? "+" : "", duration(change));
}

/// "-12.30 us (80.0 % of it)", or what takes back a part of it.
std::string part_text(const Diff& diff, const DiffRow& row, const auto& rows) {
  const double share = static_cast<double>(row.change()) / static_cast<double>(diff.change());
  const DiffRow* against = driver(rows, -diff.change());
  if (share <= 1 || against == nullptr) return fmt::format("{} ({} of it)", signed_text(diff, row), percent(share));
  return fmt::format("{}, of which {} takes back {}", signed_text(diff, row), against->name,
                     signed_text(diff, *against));
}

std::string sentence_of(const Diff& diff) {
  if (diff.change() == 0) {
    const bool moved = std::any_of(diff.operators.begin(), diff.operators.end(),
                                   [](const DiffOperator& op) { return op.change() != 0; });
    return moved ? "both take the same time, made up differently" : "no difference";
  }
  const double share =
      static_cast<double>(std::abs(diff.change())) / static_cast<double>(std::max<std::int64_t>(1, diff.a));
  std::string text = fmt::format("B takes {} {} than A ({})", duration(std::abs(diff.ns(diff.change()))),
                                 diff.change() < 0 ? "less" : "more", percent(share));
  const DiffRow* cause = driver(diff.causes, diff.change());
  const DiffRow* op = driver(diff.operators, diff.change());
  if (cause != nullptr)
    text += fmt::format("; most of it is {}, {}", cause->name, part_text(diff, *cause, diff.causes));
  if (op != nullptr)
    text += fmt::format("; {} operator is {}, {}", cause != nullptr ? "the largest" : "most of it by", op->name,
                        part_text(diff, *op, diff.operators));
  return text;
}

}  // namespace

Diff diff(const Profile& a, const Profile& b) {
  const Sides sides = sides_of(a, b);
  Diff d;
  d.tick_mhz = sides.mhz;
  d.a = a.ticks * sides.scale_a;
  d.b = b.ticks * sides.scale_b;
  d.path = !a.path.empty() && !b.path.empty();
  // Two ways of counting do not compare: without one path, neither is used.
  Profile plain_a = a, plain_b = b;
  if (!d.path) plain_a.path.clear(), plain_b.path.clear();
  const Sides plain{plain_a, plain_b, sides.mhz, sides.scale_a, sides.scale_b};
  d.operators = operators_of(plain, operator_ticks(plain_a), operator_ticks(plain_b), d.path);
  d.layers = rows_of(plain, split(plain_a, By::layer), split(plain_b, By::layer));
  d.causes = rows_of(plain, split(plain_a, By::cause), split(plain_b, By::cause));
  d.engines = rows_of(plain, split(plain_a, By::engine), split(plain_b, By::engine));
  d.settings = settings_of(a, b);
  d.metrics = metrics_of(a, b);
  d.sentence = sentence_of(d);
  return d;
}

}  // namespace inf::workflow
