#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/profile/event_rows.h"
#include "tools/workflow/profile/inserter.h"
#include "tools/workflow/profile/profile_db.h"
#include "tools/workflow/profile/timeline.h"
#include "tools/workflow/profile/warnings.h"

namespace inf::workflow {
namespace {

using SQLite::Database;
using Number = std::optional<std::int64_t>;

Number index_or_null(int index) { return index < 0 ? std::nullopt : Number(index); }

void write_head(Database& db, const Profile& p, const RecordedRun& run) {
  Inserter(db, "Run").row(p.workload, p.model, p.chip, p.chip_title, p.chip_hash, p.precision, p.mode, p.ticks,
                          p.tick_mhz);
  Inserter settings(db, "Setting"), programs(db, "Program"), host(db, "Host");
  for (const auto& [path, value] : p.settings) settings.row(path, value);
  for (std::size_t i = 0; i < p.programs.size(); ++i) {
    const ProfileProgram& program = p.programs[i];
    programs.row(i, program.name, program.chip, program.core, program.start_ticks, program.ticks);
  }
  for (const RecordedHost& segment : run.host) {
    const std::int64_t start = p.ticks_of(segment.start_ns);
    host.row(segment.first_node, start, p.ticks_of(segment.start_ns + segment.ns) - start);
  }
}

void write_engines(Database& db, const Profile& p) {
  Inserter engines(db, "Engine"), idle(db, "EngineIdle");
  for (const EngineUse& use : p.engines) {
    engines.row(use.engine, p.ticks_of(use.busy_ns), use.busy_ns, use.utilisation, use.instructions);
    for (const auto& [reason, ns] : use.idle_ns) idle.row(use.engine, reason, p.ticks_of(ns), ns);
  }
}

void write_operators(Database& db, const Profile& p) {
  Inserter operators(db, "Operator"), nodes(db, "OperatorNode"), times(db, "OperatorTime"), path(db, "OperatorPath");
  for (std::size_t i = 0; i < p.operators.size(); ++i) {
    const ProfileOperator& op = p.operators[i];
    const OperatorUse& use = op.use;
    const OperatorWork& work = op.work;
    operators.row(i, use.name, use.kind, op.layer, op.program, p.ticks_of(use.start_ns), p.ticks_of(use.end_ns),
                  use.start_ns, use.end_ns, p.ticks_of(use.added_ns), use.added_ns, use.share, use.bound,
                  use.bound_share, use.busiest, use.macs, use.executed_macs, use.dram_read, use.dram_written,
                  use.predicted_ns, use.decision, work.matmuls, work.rows_used, work.columns_used,
                  work.weight_switch_ticks, work.transfers, work.descriptors, work.dma_bytes, op.path_ticks);
    for (const std::string& node : use.nodes) nodes.row(i, node);
    for (const auto& [engine, ns] : use.busy_ns) times.row(i, engine, p.ticks_of(ns), ns);
    for (const auto& [cause, ticks] : op.path_by_cause) path.row(i, cause, ticks);
  }
}

void write_path(Database& db, const Profile& p) {
  Inserter path(db, "CriticalPath");
  for (std::size_t i = 0; i < p.path.size(); ++i) {
    const PathStretch& s = p.path[i];
    path.row(i, s.from, s.to, s.engine, index_or_null(s.op), s.cause, s.pc < 0 ? std::nullopt : Number(s.pc), s.opcode);
  }
}

/// The table that a curve's steps go to.
const char* steps_table(const Usage& usage) {
  if (usage.of.starts_with("SBUF")) return "SbufUsage";
  if (usage.of.starts_with("PSUM")) return "PsumUsage";
  return usage.unit == "bytes/ns" ? "MemoryBandwidth" : "PendingDma";
}

void write_usage(Database& db, const Profile& p) {
  Inserter curves(db, "Usage");
  for (std::size_t i = 0; i < p.usage.size(); ++i) {
    const Usage& u = p.usage[i];
    curves.row(i, u.of, u.unit, u.limit, u.chip, u.core);
    Inserter steps(db, steps_table(u));
    for (const auto& [ticks, value] : u.steps) steps.row(i, ticks, value);
  }
}

void write_advice(Database& db, const Profile& p) {
  Inserter what_if(db, "WhatIf"), findings(db, "Finding"), warnings(db, "Warning");
  for (const WhatIf& w : p.what_if)
    what_if.row(w.parameter, w.unit, w.value, w.lower, w.upper, w.ticks_lower, w.ticks_upper, w.method, w.elasticity);
  for (std::size_t i = 0; i < p.findings.size(); ++i) {
    const Finding& f = p.findings[i];
    findings.row(i, f.condition, f.cause, f.advice, f.gain_ns, f.gain);
  }
  const std::vector<ProfileWarning> judged = judge_metrics(p);
  for (const std::string& text : p.warnings) {
    const auto at = std::find_if(judged.begin(), judged.end(), [&](const ProfileWarning& w) { return w.text == text; });
    if (at != judged.end())
      warnings.row(text, at->metric, at->condition, at->value, at->threshold);
    else
      warnings.row(text, nullptr, nullptr, Number(), Number());
  }
}

void write_metrics(Database& db, const Profile& p) {
  Inserter metrics(db, "Metric"), summary(db, "Summary");
  for (const Metric& m : p.metrics) metrics.row(m.name, m.unit, m.definition, m.value);
  int column = 0;
  for (const ColumnInfo& info : profile_table("Summary").columns) {
    const auto at =
        std::find_if(p.metrics.begin(), p.metrics.end(), [&](const Metric& m) { return m.name == info.name; });
    summary.put(++column, at == p.metrics.end() ? std::nullopt : std::optional(at->value));
  }
  summary.finish();
  if (const auto& w = p.weights)
    Inserter(db, "Weights").row(w->bytes, w->resident, w->streamed, w->stream_ns, w->bytes_per_ns, w->load_ns);
  if (const auto& r = p.roofline)
    Inserter(db, "Roofline")
        .row(r->macs, r->executed_macs, r->dram_read, r->dram_written, r->peak_tflops, r->bytes_per_ns, r->intensity,
             r->attainable_tflops, r->achieved_tflops);
}

/// In memory: the file appears whole, and nothing but the tables decides its bytes.
void fill(Database& db, const Profile& profile, const RecordedRun& run) {
  db.exec(
      fmt::format("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {}; "
                  "PRAGMA user_version = {}; BEGIN",
                  kProfileApplication, kProfileVersion));
  for (const TableInfo& table : profile_tables()) db.exec(create_statement(table, profile.tick_mhz));
  write_head(db, profile, run);
  write_engines(db, profile);
  write_operators(db, profile);
  write_path(db, profile);
  write_usage(db, profile);
  write_advice(db, profile);
  write_metrics(db, profile);
  write_events(db, run, profile);
  db.exec("COMMIT");
}

/// No file, an empty one or a profile of any version may be replaced, and what is no regular file written to.
bool may_replace(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none) || std::filesystem::file_size(path, none) == 0) return true;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kApplication = 68;  // where the header of an SQLite file has the application, big-endian
  std::array<char, kApplication + 4> head{};
  std::ifstream in(path, std::ios::binary);
  if (!in.read(head.data(), head.size()) || !std::string_view(head.data(), head.size()).starts_with(kMagic))
    return false;
  std::uint32_t application = 0;
  for (std::size_t i = kApplication; i < head.size(); ++i)
    application = application << 8 | static_cast<unsigned char>(head[i]);
  return application == static_cast<std::uint32_t>(kProfileApplication);
}

}  // namespace

void check_profile_destination(const std::filesystem::path& path) {
  check_writable(path);
  if (!may_replace(path))
    throw Error(ErrorKind::usage, path.string(), "exists and is no profile; it is left as it is",
                {"name another file, or remove this one"});
}

void write_profile(const Profile& profile, const RecordedRun& run, const std::filesystem::path& path) {
  check_profile_destination(path);
  Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  fill(db, profile, run);
  sqlite3_int64 bytes = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
      sqlite3_serialize(db.getHandle(), "main", &bytes, 0), &sqlite3_free);
  if (!image)
    throw Error(ErrorKind::usage, path.string(), "the profile is too large for memory or for SQLite",
                {"--profile-level operator leaves out single instructions"});
  AtomicFile file(path);
  file.write(image.get(), static_cast<std::size_t>(bytes));
  file.commit();
}

}  // namespace inf::workflow
