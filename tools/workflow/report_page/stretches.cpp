#include "tools/workflow/report_page/stretches.h"

#include <algorithm>

namespace inf::workflow::page {

std::vector<Stretch> coarsen(const std::vector<Stretch>& row, std::int64_t resolution) {
  std::vector<Stretch> out;
  for (const Stretch& s : row) {
    if (out.empty() || s.to - out.back().from > resolution) {
      out.push_back(s);
      continue;
    }
    Stretch& last = out.back();
    if (s.longest > last.longest) last.op = s.op, last.who = s.who, last.why = s.why, last.longest = s.longest;
    last.to = std::max(last.to, s.to);
    last.busy += s.busy;
    last.bytes += s.bytes;
    last.parts += s.parts;
    for (std::size_t r = 0; r < s.stalls.size(); ++r) last.stalls[r] += s.stalls[r];
  }
  return out;
}

std::int64_t fit_rows(std::vector<std::vector<Stretch>>& rows, std::size_t most) {
  const auto count = [](const std::vector<std::vector<Stretch>>& all) {
    std::size_t sum = 0;
    for (const auto& row : all) sum += row.size();
    return sum;
  };
  std::int64_t resolution = 0;
  std::vector<std::vector<Stretch>> fitted = rows;
  while (count(fitted) > most) {
    resolution = resolution == 0 ? 1 : 2 * resolution;
    for (std::size_t i = 0; i < rows.size(); ++i) fitted[i] = coarsen(rows[i], resolution);
  }
  rows = std::move(fitted);
  return resolution;
}

}  // namespace inf::workflow::page
