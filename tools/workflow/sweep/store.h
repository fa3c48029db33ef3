#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// What a database knows of a point, beside its cases.
struct StoredPoint {
  std::string key;
  std::vector<Setting> settings;
  std::vector<std::string> cases;  ///< keys, in the order of the sweep's workloads
};

struct StoredOutcome {
  std::string key, workload;
  CaseOutcome outcome;
};

/// How fast a database fills.
struct Activity {
  bool being_written = false;  ///< a process sweeps into it now
  std::size_t recent = 0;      ///< cases put in the last window_s seconds
  double window_s = 0;         ///< at most 300; shorter where the last sweep into it began later
};

/// Outcomes by key in one SQLite file. Each is there whole or not at all, whatever happens to the process or the
/// machine: what a put has returned from is on the disk. One process writes at a time, any number read meanwhile.
/// Errors of every member: usage, naming the file, where the disk is full, or the file is damaged or taken away.
class Store {
 public:
  enum class Access : std::uint8_t { read, write };
  /// Makes the file where there is none (write). Errors: usage, naming the file, when it cannot be opened or written,
  /// is no database of a sweep, is of another version (both named), or another process sweeps into it (write). Nothing
  /// is changed then.
  Store(const std::filesystem::path& file, Access access);
  ~Store();
  const std::filesystem::path& file() const;

  std::optional<CaseOutcome> find(const std::string& case_key) const;
  /// What is known stays where the new outcome says less: a failure never takes the place of a result.
  void put(const std::string& case_key, const std::string& workload, const CaseOutcome& outcome);
  /// All of them at once: one wait for the disk.
  void put(const std::vector<StoredOutcome>& outcomes);
  void put_point(const StoredPoint& point);
  void put_points(const std::vector<StoredPoint>& points);
  /// By key or a unique beginning of one. Errors: usage, naming them, where several begin so.
  std::optional<StoredPoint> point(const std::string& key) const;
  /// Of all points, sorted.
  std::vector<std::string> keys() const;

  /// The sweep file as it was when this database was last written to, for `status`, `pareto` and `rerun`.
  void put_sweep(const std::string& yaml, const std::filesystem::path& file);
  std::string sweep_yaml() const;
  std::filesystem::path sweep_file() const;

  /// Small facts beside the outcomes. Empty: none.
  void put_note(const std::string& name, const std::string& text);
  std::string note(const std::string& name) const;

  std::map<Status, std::size_t> counts() const;
  Activity activity() const;
  /// Takes over what `other` has and this one lacks; notes stay. A result takes the place of a failure or of nothing.
  /// Errors: usage where both have a result for the same key and the results differ; nothing is taken over then.
  void merge(const Store& other);

  /// In a process forked from the one that opened this store to write: lets go of the lock there, so that it ends with
  /// the process that opened it. Nothing else may be called there.
  void leave_after_fork();

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace inf::workflow::sweep
