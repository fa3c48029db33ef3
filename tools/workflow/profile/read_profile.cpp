#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>

#include <cmath>
#include <functional>

#include "isa/base/error.h"
#include "tools/workflow/profile/profile_db.h"
#include "tools/workflow/profile/schema.h"

namespace inf::workflow {
namespace {

using SQLite::Database;

/// Rows of a query, columns from the left.
class Rows {
 public:
  Rows(Database& db, const std::string& query) : statement_(db, query) {}
  bool next() {
    column_ = 0;
    return statement_.executeStep();
  }
  std::string text() { return statement_.getColumn(column_++).getString(); }
  std::int64_t integer() { return statement_.getColumn(column_++).getInt64(); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  int small() { return static_cast<int>(integer()); }
  /// -1 for NULL.
  std::int64_t index() {
    const SQLite::Column column = statement_.getColumn(column_++);
    return column.isNull() ? -1 : column.getInt64();
  }
  double real() { return statement_.getColumn(column_++).getDouble(); }

 private:
  SQLite::Statement statement_;
  int column_ = 0;
};

/// A row of another table, by its number. Errors: std::out_of_range, which read_profile takes for damage.
template <class T>
T& row_at(std::vector<T>& rows, std::int64_t index) {
  return rows.at(static_cast<std::size_t>(index));
}

void read_head(Database& db, Profile& p) {
  Rows run(db, "SELECT workload, model, chip, chip_title, chip_hash, precision, mode, total_ticks, tick_mhz FROM Run");
  if (!run.next()) throw std::out_of_range("Run");
  for (std::string* text : {&p.workload, &p.model, &p.chip, &p.chip_title, &p.chip_hash, &p.precision, &p.mode})
    *text = run.text();
  p.ticks = run.integer();
  p.tick_mhz = run.integer();
  if (p.tick_mhz <= 0) throw std::out_of_range("tick_mhz");
  Rows settings(db, "SELECT path, value FROM Setting ORDER BY rowid");
  while (settings.next()) {
    std::string path = settings.text();
    p.settings.emplace_back(std::move(path), settings.text());
  }
  Rows programs(db, "SELECT name, chip, core, start_ticks, ticks FROM Program ORDER BY id");
  while (programs.next()) {
    ProfileProgram& program = p.programs.emplace_back();
    program.name = programs.text();
    program.chip = programs.small();
    program.core = programs.small();
    program.start_ticks = programs.integer();
    program.ticks = programs.integer();
  }
}

void read_engines(Database& db, Profile& p) {
  Rows engines(db, "SELECT engine, busy, utilisation, instruction_count FROM Engine ORDER BY rowid");
  while (engines.next()) {
    EngineUse& use = p.engines.emplace_back();
    use.engine = engines.text();
    use.busy_ns = engines.real();
    use.utilisation = engines.real();
    use.instructions = engines.count();
  }
  for (EngineUse& use : p.engines) {
    SQLite::Statement idle(db, "SELECT reason, idle FROM EngineIdle WHERE engine = ? ORDER BY rowid");
    idle.bindNoCopy(1, use.engine);
    while (idle.executeStep()) use.idle_ns.emplace_back(idle.getColumn(0).getString(), idle.getColumn(1).getDouble());
  }
}

void read_operator(Rows& rows, ProfileOperator& op) {
  OperatorUse& use = op.use;
  OperatorWork& work = op.work;
  use.name = rows.text();
  use.kind = rows.text();
  op.layer = rows.text();
  op.program = rows.small();
  for (double* time : {&use.start_ns, &use.end_ns, &use.added_ns, &use.share}) *time = rows.real();
  use.bound = rows.text();
  use.bound_share = rows.real();
  use.busiest = rows.text();
  use.macs = rows.count();
  use.executed_macs = rows.count();
  use.dram_read = rows.integer();
  use.dram_written = rows.integer();
  use.predicted_ns = rows.real();
  use.decision = rows.text();
  work.matmuls = rows.count();
  work.rows_used = rows.real();
  work.columns_used = rows.real();
  for (std::int64_t* number :
       {&work.weight_switch_ticks, &work.transfers, &work.descriptors, &work.dma_bytes, &op.path_ticks})
    *number = rows.integer();
}

void read_operators(Database& db, Profile& p) {
  Rows rows(db,
            "SELECT name, kind, layer, program, start, \"end\", added, share, bound, bound_share, busiest, macs, "
            "executed_macs, hbm_read_bytes, hbm_write_bytes, predicted, decision, matmuls, rows_used, columns_used, "
            "weight_switch_ticks, transfers, descriptors, dma_bytes, path_ticks FROM Operator ORDER BY id");
  while (rows.next()) {
    read_operator(rows, p.operators.emplace_back());
    row_at(p.programs, p.operators.back().program);  // is there
  }
  Rows nodes(db, "SELECT operator, node FROM OperatorNode ORDER BY rowid");
  while (nodes.next()) {
    ProfileOperator& op = row_at(p.operators, nodes.integer());
    op.use.nodes.push_back(nodes.text());
  }
  Rows times(db, "SELECT operator, engine, busy FROM OperatorTime ORDER BY rowid");
  while (times.next()) {
    ProfileOperator& op = row_at(p.operators, times.integer());
    std::string engine = times.text();
    op.use.busy_ns.emplace_back(std::move(engine), times.real());
  }
  Rows path(db, "SELECT operator, cause, ticks FROM OperatorPath ORDER BY rowid");
  while (path.next()) {
    ProfileOperator& op = row_at(p.operators, path.integer());
    std::string cause = path.text();
    op.path_by_cause.emplace_back(std::move(cause), path.integer());
  }
}

void read_path(Database& db, Profile& p) {
  Rows rows(db, "SELECT start_ticks, end_ticks, engine, operator, cause, pc, opcode FROM CriticalPath ORDER BY id");
  while (rows.next()) {
    PathStretch& s = p.path.emplace_back();
    s.from = rows.integer();
    s.to = rows.integer();
    s.engine = rows.text();
    s.op = static_cast<int>(rows.index());
    if (s.op >= 0) row_at(p.operators, s.op);  // is there
    s.cause = rows.text();
    s.pc = rows.index();
    s.opcode = rows.text();
  }
}

void read_usage(Database& db, Profile& p) {
  Rows curves(db, "SELECT \"of\", unit, limit_value, chip, core FROM Usage ORDER BY id");
  while (curves.next()) {
    Usage& u = p.usage.emplace_back();
    u.of = curves.text();
    u.unit = curves.text();
    u.limit = curves.real();
    u.chip = curves.small();
    u.core = curves.small();
  }
  for (const char* table : {"SbufUsage", "PsumUsage", "MemoryBandwidth", "PendingDma"}) {
    Rows steps(db, fmt::format("SELECT usage, ticks, value FROM {} ORDER BY rowid", table));
    while (steps.next()) {
      Usage& u = row_at(p.usage, steps.integer());
      const std::int64_t ticks = steps.integer();
      u.steps.emplace_back(ticks, steps.real());
    }
  }
}

void read_advice(Database& db, Profile& p) {
  Rows what_if(db,
               "SELECT parameter, unit, value, lower, upper, ticks_lower, ticks_upper, method, elasticity FROM WhatIf "
               "ORDER BY rowid");
  while (what_if.next()) {
    WhatIf& w = p.what_if.emplace_back();
    w.parameter = what_if.text();
    w.unit = what_if.text();
    for (double* value : {&w.value, &w.lower, &w.upper}) *value = what_if.real();
    w.ticks_lower = what_if.integer();
    w.ticks_upper = what_if.integer();
    w.method = what_if.text();
    w.elasticity = what_if.real();
  }
  Rows findings(db, "SELECT condition, cause, advice, gain, gain_share FROM Finding ORDER BY id");
  while (findings.next()) {
    Finding& f = p.findings.emplace_back();
    f.condition = findings.text();
    f.cause = findings.text();
    f.advice = findings.text();
    f.gain_ns = findings.real();
    f.gain = findings.real();
  }
  Rows warnings(db, "SELECT text FROM Warning ORDER BY rowid");
  while (warnings.next()) p.warnings.push_back(warnings.text());
}

void read_metrics(Database& db, Profile& p) {
  Rows metrics(db, "SELECT name, unit, definition, value FROM Metric ORDER BY rowid");
  while (metrics.next()) {
    Metric& m = p.metrics.emplace_back();
    m.name = metrics.text();
    m.unit = metrics.text();
    m.definition = metrics.text();
    m.value = metrics.real();
  }
  Rows weights(db, "SELECT bytes, resident, streamed, stream, bytes_per_ns, load FROM Weights");
  if (weights.next()) {
    Weights& w = p.weights.emplace();
    for (std::int64_t* bytes : {&w.bytes, &w.resident, &w.streamed}) *bytes = weights.integer();
    for (double* value : {&w.stream_ns, &w.bytes_per_ns, &w.load_ns}) *value = weights.real();
  }
  Rows roofline(db,
                "SELECT macs, executed_macs, hbm_read_bytes, hbm_write_bytes, peak_tflops, bytes_per_ns, intensity, "
                "attainable_tflops, achieved_tflops FROM Roofline");
  if (roofline.next()) {
    Roofline& r = p.roofline.emplace();
    r.macs = roofline.count();
    r.executed_macs = roofline.count();
    r.dram_read = roofline.integer();
    r.dram_written = roofline.integer();
    for (double* v : {&r.peak_tflops, &r.bytes_per_ns, &r.intensity, &r.attainable_tflops, &r.achieved_tflops})
      *v = roofline.real();
  }
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorKind::usage, path.string(), why, {"inf-sim run W.yaml --profile FILE.db writes a profile"});
}

/// Is it ours, of this version, and whole?
void check_file(Database& db, const std::filesystem::path& path) {
  std::error_code none;
  const auto pragma = [&](const char* name) { return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt64(); };
  if (pragma("application_id") != kProfileApplication) refuse(path, "is an SQLite file, but no profile of inf-sim");
  if (const std::int64_t version = pragma("user_version"); version != kProfileVersion)
    refuse(path, fmt::format("is a profile with tables of version {}; this inf-sim reads version {}", version,
                             kProfileVersion));
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, none));
  const std::int64_t wanted = pragma("page_count") * pragma("page_size");
  if (bytes < wanted) refuse(path, fmt::format("is damaged: {} of its {} bytes are there", bytes, wanted));
}

}  // namespace

Profile read_profile(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) refuse(path, "does not exist");
  if (std::filesystem::is_directory(path, none)) refuse(path, "is a folder, no profile");
  if (std::filesystem::is_regular_file(path, none) && std::filesystem::file_size(path, none) == 0)
    refuse(path, "is empty, no profile");
  try {
    Database db(path, SQLite::OPEN_READONLY);
    check_file(db, path);
    Profile profile;
    for (const auto part : {read_head, read_engines, read_operators, read_path, read_usage, read_advice, read_metrics})
      part(db, profile);
    return profile;
  } catch (const SQLite::Exception& error) {
    constexpr int kCorrupt = 11, kNoDatabase = 26;  // SQLITE_CORRUPT, SQLITE_NOTADB
    if (error.getErrorCode() == kNoDatabase) refuse(path, "is no profile: not an SQLite file");
    if (error.getErrorCode() == kCorrupt) refuse(path, fmt::format("is damaged: {}", error.what()));
    refuse(path, fmt::format("cannot be read: {}", error.what()));
  } catch (const std::out_of_range&) {
    refuse(path, "is damaged: its tables do not fit together");
  }
}

}  // namespace inf::workflow
