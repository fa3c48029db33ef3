#pragma once
#include <cstdint>
#include <optional>

#include "isa/program/access.h"

namespace inf::isa {

/// The pattern of a table in two parts: the outer dimensions count its rows, the inner ones the elements of a row. Row
/// i is the i-th place of `rows` in linear order.
struct TableRows {
  Pattern rows, row;

  std::int64_t count() const { return rows.elements(); }
  /// Elements from the start of the table to the start of a row.
  std::int64_t start_of(std::int64_t index) const;
};

/// Splits where the inner dimensions hold `elements`; nothing where no split does.
std::optional<TableRows> split_rows(const Pattern& table, std::int64_t elements);

}  // namespace inf::isa
