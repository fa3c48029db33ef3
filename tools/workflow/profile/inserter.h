#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/workflow/profile/schema.h"

namespace inf::workflow {

/// Adds rows to a table of profile.db through one prepared statement.
class Inserter {
 public:
  Inserter(SQLite::Database& database, std::string_view table);

  /// The stored columns in their order; an empty optional and a null pointer are NULL. Texts must live until the call
  /// returns. Errors: internal when the table has another number of stored columns.
  template <class... Values>
  void row(const Values&... values) {
    if (sizeof...(values) != columns_) refuse(sizeof...(values));
    int index = 0;
    (put(++index, values), ...);
    finish();
  }

  /// For rows whose columns are counted at run time.
  template <class T>
  void put(int index, const std::optional<T>& value) {
    if (value)
      put(index, *value);
    else
      statement_.bind(index);
  }
  void put(int index, double value) { statement_.bind(index, value); }
  void put(int index, const char* value) {
    if (value)
      statement_.bindNoCopy(index, value);
    else
      statement_.bind(index);
  }
  void put(int index, const std::string& value) { statement_.bindNoCopy(index, value); }
  template <std::integral T>
  void put(int index, T value) {
    statement_.bind(index, static_cast<std::int64_t>(value));
  }
  void finish() {
    statement_.exec();
    statement_.reset();
  }

 private:
  [[noreturn]] void refuse(std::size_t values) const;

  const TableInfo& table_;
  std::size_t columns_;
  SQLite::Statement statement_;
};

}  // namespace inf::workflow
