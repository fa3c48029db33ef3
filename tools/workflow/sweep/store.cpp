#include "tools/workflow/sweep/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "isa/base/error.h"
#include "tools/workflow/sweep/outcome_json.h"
#include "tools/workflow/sweep/store_file.h"
#include "tools/workflow/sweep/store_merge.h"
#include "tools/workflow/sweep/writer_lock.h"

namespace inf::workflow::sweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using SQLite::Statement;

constexpr int kPatienceMs = 60'000;  // for another process's transaction
constexpr double kWindow = 300;      // seconds, of Activity

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

[[noreturn]] void refuse(const fs::path& file, const SQLite::Exception& error) {
  constexpr int kBusy = 5, kCorrupt = 11, kFull = 13, kNoDatabase = 26;  // SQLITE_BUSY and so on
  const std::string what = error.what();
  switch (error.getErrorCode()) {
    case kBusy:
      throw Error(ErrorKind::usage, file.string(),
                  fmt::format("another program holds it locked for more than {} s", kPatienceMs / 1000),
                  {"end the program that has it open, then start again: what is stored stays"});
    case kFull:
      throw Error(ErrorKind::usage, file.string(), "cannot be written: " + what,
                  {"make room on its disk, then start again: what is stored stays"});
    case kCorrupt:
    case kNoDatabase:
      throw Error(ErrorKind::usage, file.string(), "is damaged: " + what,
                  {"name another file; inf-sim sweep computes what is lost again"});
    default: throw Error(ErrorKind::usage, file.string(), "cannot be used: " + what);
  }
}

}  // namespace

struct Store::Database {
  fs::path file;
  std::unique_ptr<WriterLock> lock;  ///< outlives the connection: closing its file would end SQLite's locks
  std::unique_ptr<SQLite::Database> db;

  template <class Act>
  auto guarded(const Act& act) const {
    try {
      return act();
    } catch (const SQLite::Exception& error) {
      refuse(file, error);
    } catch (const Json::exception& error) {
      throw Error(ErrorKind::usage, file.string(), fmt::format("is damaged: {}", error.what()));
    }
  }

  /// As one transaction.
  template <class Act>
  void write(const Act& act) {
    if (!lock) throw Error(ErrorKind::internal, file.string(), "was opened to be read");
    guarded([&] {
      SQLite::Transaction transaction(*db, SQLite::TransactionBehavior::IMMEDIATE);
      act();
      transaction.commit();
    });
  }

  void open(Access access);
  void take_lock();
  void check_whole() const;
  /// "process 12 on host h", of the one that opened it last.
  std::string writer() const;
  std::optional<CaseOutcome> find(const std::string& key) const;
  void put(Statement& insert, const StoredOutcome& row, double stored) const;
  void put(const StoredPoint& point) const;
  Statement inserter() const {
    return Statement(*db, "INSERT OR REPLACE INTO Outcome (key, workload, status, outcome, stored) VALUES (?,?,?,?,?)");
  }
};

void Store::Database::open(Access access) {
  if (access == Access::write) make_store_file(file);
  check_store_file(file);
  if (access == Access::write) {
    check_store_writable(file);
    take_lock();
  }
  guarded([&] {
    // Also to read: a transaction that a dead process left unfinished is undone, which writes.
    db = std::make_unique<SQLite::Database>(file, SQLite::OPEN_READWRITE, kPatienceMs);
    check_whole();
    db->exec(lock ? "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL" : "PRAGMA query_only = ON");
  });
  if (!lock) return;
  write([&] {
    Statement row(*db, "INSERT OR REPLACE INTO Writer (id, pid, host, since) VALUES (0,?,?,?)");
    row.bind(1, static_cast<std::int64_t>(::getpid()));
    row.bind(2, host_name());
    row.bind(3, now());
    row.exec();
  });
}

void Store::Database::take_lock() {
  lock = std::make_unique<WriterLock>(file);
  if (lock->held()) return;
  lock.reset();
  std::string who;
  guarded([&] {
    db = std::make_unique<SQLite::Database>(file, SQLite::OPEN_READONLY, kPatienceMs);
    who = writer();
  });
  throw Error(ErrorKind::usage, file.string(), fmt::format("another sweep writes into it{}", who),
              {"wait for its end, or name another database and bring both together with inf-sim sweep merge; "
               "inf-sim sweep status shows how far it is"});
}

void Store::Database::check_whole() const {
  const auto pragma = [&](const char* name) { return db->execAndGet(fmt::format("PRAGMA {}", name)).getInt64(); };
  std::error_code none;
  const std::int64_t wanted = pragma("page_count") * pragma("page_size");
  const auto bytes = static_cast<std::int64_t>(fs::file_size(file, none));
  if (bytes < wanted)
    throw Error(ErrorKind::usage, file.string(), fmt::format("is damaged: {} of its {} bytes are there", bytes, wanted),
                {"name another file; inf-sim sweep computes what is lost again"});
}

std::string Store::Database::writer() const {
  Statement row(*db, "SELECT pid, host FROM Writer");
  if (!row.executeStep()) return "";
  return fmt::format(": process {} on {}", row.getColumn(0).getInt64(), row.getColumn(1).getString());
}

std::optional<CaseOutcome> Store::Database::find(const std::string& key) const {
  Statement row(*db, "SELECT outcome FROM Outcome WHERE key = ?");
  row.bindNoCopy(1, key);
  if (!row.executeStep()) return std::nullopt;
  return parse_outcome(row.getColumn(0).getString());
}

void Store::Database::put(Statement& insert, const StoredOutcome& row, double stored) const {
  const std::string text = outcome_text(row.outcome);
  insert.bindNoCopy(1, row.key);
  insert.bindNoCopy(2, row.workload);
  insert.bind(3, name(row.outcome.status));
  insert.bindNoCopy(4, text);
  insert.bind(5, stored);
  insert.exec();
  insert.reset();
}

void Store::Database::put(const StoredPoint& point) const {
  Json settings = Json::array();
  for (const Setting& s : point.settings) settings.push_back({{"key", s.key}, {"text", s.text}, {"place", s.place}});
  Statement insert(*db, "INSERT OR IGNORE INTO Point (key, settings, cases) VALUES (?,?,?)");
  insert.bind(1, point.key);
  insert.bind(2, line_of(settings));
  insert.bind(3, line_of(point.cases));
  insert.exec();
}

Store::Store(const fs::path& file, Access access) : database_(std::make_unique<Database>()) {
  database_->file = file;
  database_->open(access);
}

Store::~Store() {
  // The journal goes with the last orderly writer; a file left behind by any other is empty or of use.
  if (database_->lock && database_->lock->held() && database_->db)
    database_->db->tryExec("DELETE FROM Writer; PRAGMA journal_mode = DELETE");
}

const fs::path& Store::file() const { return database_->file; }

std::optional<CaseOutcome> Store::find(const std::string& case_key) const {
  return database_->guarded([&] { return database_->find(case_key); });
}

void Store::put(const std::string& case_key, const std::string& workload, const CaseOutcome& outcome) {
  put({{case_key, workload, outcome}});
}

void Store::put(const std::vector<StoredOutcome>& outcomes) {
  if (outcomes.empty()) return;
  database_->write([&] {
    Statement insert = database_->inserter();
    for (const StoredOutcome& row : outcomes) {
      const std::optional<CaseOutcome> known = database_->find(row.key);
      StoredOutcome better = row;
      if (known) better.outcome = newer(*known, row.outcome);
      database_->put(insert, better, now());
    }
  });
}

void Store::put_point(const StoredPoint& point) { put_points({point}); }

void Store::put_points(const std::vector<StoredPoint>& points) {
  if (points.empty()) return;
  database_->write([&] {
    for (const StoredPoint& point : points) database_->put(point);
  });
}

std::optional<StoredPoint> Store::point(const std::string& key) const {
  return database_->guarded([&]() -> std::optional<StoredPoint> {
    Statement rows(*database_->db,
                   "SELECT key, settings, cases FROM Point WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key != ?1, "
                   "key LIMIT 9");
    rows.bind(1, key);
    std::vector<std::string> keys;
    StoredPoint first;
    while (rows.executeStep()) {
      keys.push_back(rows.getColumn(0).getString());
      if (keys.size() > 1) continue;
      first.key = keys.front();
      for (const Json& s : Json::parse(rows.getColumn(1).getString()))
        first.settings.push_back({s.at("key"), s.at("text"), s.at("place")});
      first.cases = Json::parse(rows.getColumn(2).getString()).get<std::vector<std::string>>();
    }
    if (keys.empty()) return std::nullopt;
    if (keys.size() > 1 && keys.front() != key)
      throw Error(ErrorKind::usage, file().string(),
                  fmt::format("several points have a key that begins with '{}'", key),
                  {fmt::format("{}{}", fmt::join(keys, ", "), keys.size() == 9 ? ", ..." : "")});
    return first;
  });
}

std::vector<std::string> Store::keys() const {
  return database_->guarded([&] {
    std::vector<std::string> keys;
    Statement rows(*database_->db, "SELECT key FROM Point ORDER BY key");
    while (rows.executeStep()) keys.push_back(rows.getColumn(0).getString());
    return keys;
  });
}

void Store::put_sweep(const std::string& yaml, const fs::path& file) {
  if (sweep_yaml() == yaml && sweep_file() == file) return;
  database_->write([&] {
    Statement row(*database_->db, "INSERT OR REPLACE INTO Sweep (id, yaml, file) VALUES (0,?,?)");
    row.bind(1, yaml);
    row.bind(2, file.string());
    row.exec();
  });
}

std::string Store::sweep_yaml() const {
  return database_->guarded([&]() -> std::string {
    Statement row(*database_->db, "SELECT yaml FROM Sweep");
    return row.executeStep() ? row.getColumn(0).getString() : "";
  });
}

fs::path Store::sweep_file() const {
  return database_->guarded([&]() -> fs::path {
    Statement row(*database_->db, "SELECT file FROM Sweep");
    return row.executeStep() ? row.getColumn(0).getString() : "";
  });
}

void Store::put_note(const std::string& name, const std::string& text) {
  database_->write([&] {
    Statement row(*database_->db, "INSERT OR REPLACE INTO Note (name, text) VALUES (?,?)");
    row.bind(1, name);
    row.bind(2, text);
    row.exec();
  });
}

std::string Store::note(const std::string& name) const {
  return database_->guarded([&]() -> std::string {
    Statement row(*database_->db, "SELECT text FROM Note WHERE name = ?");
    row.bind(1, name);
    return row.executeStep() ? row.getColumn(0).getString() : "";
  });
}

std::map<Status, std::size_t> Store::counts() const {
  return database_->guarded([&] {
    std::map<Status, std::size_t> counts;
    Statement rows(*database_->db, "SELECT status, count(*) FROM Outcome GROUP BY status");
    while (rows.executeStep())
      counts[status_named(rows.getColumn(0).getString())] = static_cast<std::size_t>(rows.getColumn(1).getInt64());
    return counts;
  });
}

Activity Store::activity() const {
  Activity activity;
  activity.being_written = writer_lock_taken(file());
  database_->guarded([&] {
    const double time = now();
    Statement writer(*database_->db, "SELECT since FROM Writer");
    activity.window_s = kWindow;
    if (writer.executeStep()) activity.window_s = std::clamp(time - writer.getColumn(0).getDouble(), 0.0, kWindow);
    Statement rows(*database_->db, "SELECT count(*) FROM Outcome WHERE stored > ?");
    rows.bind(1, time - activity.window_s);
    if (rows.executeStep()) activity.recent = static_cast<std::size_t>(rows.getColumn(0).getInt64());
  });
  return activity;
}

void Store::merge(const Store& other) {
  const Database& from = *other.database_;
  std::error_code none;
  if (fs::equivalent(file(), from.file, none))
    throw Error(ErrorKind::usage, from.file.string(), "is the database that others are merged into",
                {"name it once, as the one to write"});
  std::vector<StoredPoint> points;
  for (const std::string& key : other.keys()) points.push_back(*other.point(key));
  database_->write([&] {
    Statement insert = database_->inserter();
    Statement rows(*from.db, "SELECT key, workload, outcome, stored FROM Outcome ORDER BY key");
    while (rows.executeStep()) {
      StoredOutcome row{rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                        parse_outcome(rows.getColumn(2).getString())};
      if (const std::optional<CaseOutcome> known = database_->find(row.key))
        row.outcome = merged(row.key, {file().string(), *known}, {from.file.string(), row.outcome});
      database_->put(insert, row, rows.getColumn(3).getDouble());
    }
    for (const StoredPoint& point : points) database_->put(point);
  });
  if (sweep_yaml().empty() && !other.sweep_yaml().empty()) put_sweep(other.sweep_yaml(), other.sweep_file());
}

void Store::leave_after_fork() {
  if (database_->lock) database_->lock->let_go();
}

}  // namespace inf::workflow::sweep
