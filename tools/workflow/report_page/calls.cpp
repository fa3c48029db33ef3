#include "tools/workflow/report_page/calls.h"

#include <algorithm>
#include <map>

#include "tools/workflow/measure.h"

namespace inf::workflow::page {
namespace {

template <class Value>
void add_by_name(const std::vector<std::pair<std::string, Value>>& from,
                 std::vector<std::pair<std::string, Value>>& to) {
  for (const auto& [name, value] : from) {
    const auto at = std::find_if(to.begin(), to.end(), [&](const auto& item) { return item.first == name; });
    if (at == to.end())
      to.emplace_back(name, value);
    else
      at->second += value;
  }
}

/// The average of two shares, each weighing as much as its matmuls.
double average(double a, std::uint64_t of_a, double b, std::uint64_t of_b) {
  const auto weight_a = static_cast<double>(of_a), weight_b = static_cast<double>(of_b);
  return of_a + of_b == 0 ? 0 : (a * weight_a + b * weight_b) / (weight_a + weight_b);
}

void add_work(const OperatorWork& from, OperatorWork& to) {
  to.rows_used = average(to.rows_used, to.matmuls, from.rows_used, from.matmuls);
  to.columns_used = average(to.columns_used, to.matmuls, from.columns_used, from.matmuls);
  to.matmuls += from.matmuls;
  to.weight_switch_ticks += from.weight_switch_ticks;
  to.transfers += from.transfers;
  to.descriptors += from.descriptors;
  to.dma_bytes += from.dma_bytes;
}

}  // namespace

Calls::Calls(const Profile& recorded) : profile(recorded) {
  profile.operators.clear();
  std::map<std::string, int> known;  // program name: its first program
  for (std::size_t p = 0; p < recorded.programs.size(); ++p)
    if (known.emplace(recorded.programs[p].name, static_cast<int>(p)).second) firsts.push_back(static_cast<int>(p));
  first_.assign(recorded.programs.size(), 0);
  count_.assign(recorded.programs.size(), 0);
  for (std::size_t i = 0; i < recorded.operators.size(); ++i) {
    const ProfileOperator& op = recorded.operators[i];
    const auto program = static_cast<std::size_t>(op.program);
    if (program >= first_.size()) first_.resize(program + 1, 0), count_.resize(program + 1, 0);
    if (count_[program]++ == 0) first_[program] = static_cast<int>(i);
    const int before =
        program < recorded.programs.size() ? known.at(recorded.programs[program].name) : static_cast<int>(program);
    const int twin = of(static_cast<std::size_t>(before), static_cast<int>(i) - first_[program]);
    if (before != op.program && twin >= 0 &&
        profile.operators[static_cast<std::size_t>(twin)].use.name == op.use.name) {
      add(op, static_cast<std::size_t>(twin));
      kept_.push_back(twin);
      continue;
    }
    kept_.push_back(static_cast<int>(profile.operators.size()));
    profile.operators.push_back(op);
    calls.push_back(1);
    runs_ns.push_back(op.use.end_ns - op.use.start_ns);
  }
  for (PathStretch& part : profile.path)
    if (part.op >= 0) part.op = kept_[static_cast<std::size_t>(part.op)];
}

void Calls::add(const ProfileOperator& from, std::size_t into) {
  ProfileOperator& to = profile.operators[into];
  ++calls[into];
  runs_ns[into] += from.use.end_ns - from.use.start_ns;
  OperatorUse& use = to.use;
  use.added_ns += from.use.added_ns;
  use.share += from.use.share;
  use.macs += from.use.macs;
  use.executed_macs += from.use.executed_macs;
  use.dram_read += from.use.dram_read;
  use.dram_written += from.use.dram_written;
  use.predicted_ns += from.use.predicted_ns;
  add_by_name(from.use.busy_ns, use.busy_ns);
  const double start = use.start_ns;
  use.start_ns = 0, use.end_ns = runs_ns[into];
  find_bound(use);
  use.start_ns = start, use.end_ns = from.use.end_ns;
  add_work(from.work, to.work);
  to.path_ticks += from.path_ticks;
  add_by_name(from.path_by_cause, to.path_by_cause);
}

int Calls::of(std::size_t program, std::int32_t op) const {
  if (op < 0 || program >= first_.size() || op >= count_[program]) return -1;
  const auto recorded = static_cast<std::size_t>(first_[program] + op);
  return recorded < kept_.size() ? kept_[recorded] : -1;
}

}  // namespace inf::workflow::page
