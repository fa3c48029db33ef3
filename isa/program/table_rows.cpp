#include "isa/program/table_rows.h"

namespace inf::isa {

std::int64_t TableRows::start_of(std::int64_t index) const {
  std::int64_t at = 0;
  for (std::size_t i = rows.dims.size(); i-- > 0;) {
    const Dim& dim = rows.dims[i];
    at += std::int64_t{dim.step} * (index % dim.count);
    index /= dim.count;
  }
  return at;
}

std::optional<TableRows> split_rows(const Pattern& table, std::int64_t elements) {
  TableRows split{table, {}};
  std::int64_t inner = 1;
  for (std::size_t i = table.dims.size(); i-- > 0 && inner < elements;) {
    inner *= table.dims[i].count;
    split.row.dims[i] = table.dims[i];
    split.rows.dims[i] = Dim{};
  }
  if (inner != elements) return std::nullopt;
  return split;
}

}  // namespace inf::isa
