#include "tools/workflow/profile/inserter.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

std::size_t stored_columns(const TableInfo& table) {
  return static_cast<std::size_t>(
      std::count_if(table.columns.begin(), table.columns.end(), [](const ColumnInfo& c) { return c.formula.empty(); }));
}

std::string insert_statement(const TableInfo& table) {
  std::string names, values;
  for (const ColumnInfo& column : table.columns) {
    if (!column.formula.empty()) continue;
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", column.name);
    values += values.empty() ? "?" : ", ?";
  }
  return fmt::format("INSERT INTO \"{}\" ({}) VALUES ({})", table.name, names, values);
}

}  // namespace

Inserter::Inserter(SQLite::Database& database, std::string_view table)
    : table_(profile_table(table)), columns_(stored_columns(table_)), statement_(database, insert_statement(table_)) {}

void Inserter::refuse(std::size_t values) const {
  throw Error(ErrorKind::internal, "profile.db",
              fmt::format("{} values for the {} columns of {}", values, columns_, table_.name));
}

}  // namespace inf::workflow
