#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow {

/// A column of profile.db.
struct ColumnInfo {
  std::string name, type, unit, meaning;
  std::string formula;  ///< of a column that SQLite computes from others of its row; empty for a stored one
};

/// A table of profile.db. Creation, docs/profile.md and `inf-sim explain` come from here.
struct TableInfo {
  std::string name, meaning;
  bool recorded = false;  ///< has rows only where single instructions were recorded
  std::vector<ColumnInfo> columns;
};

/// All tables, in the order in which they are written. Formulas hold "{mhz}" for the ticks of a microsecond.
std::span<const TableInfo> profile_tables();
/// Errors: internal for a name that is none.
const TableInfo& profile_table(std::string_view name);

/// CREATE TABLE for a run whose ticks are of so many MHz.
std::string create_statement(const TableInfo& table, std::int64_t tick_mhz);

inline constexpr std::int32_t kProfileApplication = 0x696e6673;  ///< "infs": PRAGMA application_id
inline constexpr int kProfileVersion = 1;                        ///< of the tables: PRAGMA user_version

}  // namespace inf::workflow
