#include "tools/workflow/sweep/discarded_log.h"

#include <fmt/core.h>

#include "tools/workflow/format.h"

namespace inf::workflow::sweep {

std::string discarded_log(const Sweep& sweep, const Results& results) {
  std::string text =
      fmt::format("{}: {} of {} points discarded: a lower bound shows that each cannot reach the front\n", sweep.name,
                  grouped(static_cast<std::int64_t>(results.count(Status::discarded))),
                  grouped(static_cast<std::int64_t>(results.rows.size())));
  for (const Row& row : results.rows) {
    if (row.outcome.status != Status::discarded) continue;
    text += fmt::format("\npoint {}  {}\n ", row.number, row.key);
    for (const Setting& setting : row.settings) text += fmt::format(" {}={}", setting.key, setting.text);
    text += fmt::format("\n  {}\n", row.outcome.reason);
  }
  return text;
}

}  // namespace inf::workflow::sweep
