#include "tools/workflow/sweep/store_schema.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <memory>
#include <new>

#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

std::string store_schema() {
  // An outcome is its text; columns beside it are for people who look into the file.
  std::string values = ", reason TEXT AS (json_extract(outcome, '$.reason'))";
  for (const MetricInfo& m : metrics())
    values += fmt::format(", {0} REAL AS (json_extract(outcome, '$.metrics.{0}'))", m.column);
  return fmt::format(
      "PRAGMA application_id = {}; PRAGMA user_version = {}; BEGIN;"
      "CREATE TABLE Outcome (key TEXT PRIMARY KEY, workload TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT NOT NULL,"
      " stored REAL NOT NULL{});"
      "CREATE INDEX OutcomeStored ON Outcome (stored);"
      "CREATE TABLE Point (key TEXT PRIMARY KEY, settings TEXT NOT NULL, cases TEXT NOT NULL);"
      "CREATE TABLE Sweep (id INTEGER PRIMARY KEY CHECK (id = 0), yaml TEXT NOT NULL, file TEXT NOT NULL);"
      "CREATE TABLE Note (name TEXT PRIMARY KEY, text TEXT NOT NULL);"
      "CREATE TABLE Writer (id INTEGER PRIMARY KEY CHECK (id = 0), pid INTEGER NOT NULL, host TEXT NOT NULL,"
      " since REAL NOT NULL);"
      "COMMIT",
      kStoreApplication, kStoreVersion, values);
}

std::string empty_store() {
  SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec(store_schema());
  sqlite3_int64 bytes = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
      sqlite3_serialize(db.getHandle(), "main", &bytes, 0), &sqlite3_free);
  if (!image) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(image.get()), static_cast<std::size_t>(bytes)};
}

}  // namespace inf::workflow::sweep
