#include "tools/workflow/profile/glossary.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "sim/observers/observer.h"
#include "sim/replay/replay.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/profile/metrics.h"
#include "tools/workflow/profile/path.h"
#include "tools/workflow/profile/schema.h"

namespace inf::workflow {
namespace {

using Kind = Term::Kind;

constexpr const char* kStallWhere = "EngineIdle.reason, Stall.reason";
constexpr const char* kStallOnlyWhere = "Stall.reason";
constexpr const char* kIdleWhere = "EngineIdle.reason";
constexpr const char* kCauseWhere = "CriticalPath.cause, OperatorPath.cause";

const char* definition(sim::StallReason reason) {
  using enum sim::StallReason;
  switch (reason) {
    case issue: return "the sequencer was still fetching and decoding the instruction";
    case semaphore: return "another engine had not signalled yet: its result was needed first";
    case dma: return "a DMA transfer that the instruction needed had not completed";
    case datapath: return "the engine's own datapath still streamed an earlier instruction: busy, not idle time";
    case sbuf_port: return "vector and gpsimd exclude each other on SBUF, and the other one held the port";
    case psum_port: return "vector and scalar exclude each other on PSUM, and the other one held the port";
    case table_load: return "the scalar engine fetched another activation table set";
    case trigger: return "the sequencer handed a transfer to the DMA engines";
    case finished: return "the engine had run its last instruction; other engines or transfers had not";
  }
  return "";
}

const char* definition(sim::PathCause cause) {
  using enum sim::PathCause;
  switch (cause) {
    case issue: return "the sequencer fetches and decodes, or runs a loop or branch";
    case datapath: return "the engine streams operands: its own work";
    case latency: return "from the end of streaming until the result is visible";
    case weight_switch: return "the array changes to other weights";
    case table_load: return "the scalar engine fetches another activation table set";
    case port: return "another engine holds the SBUF or PSUM port";
    case semaphore: return "a signal travels from one engine to another";
    case dma_trigger: return "the sequencer hands a transfer over to the DMA engines";
    case dma_start: return "from the trigger of a transfer until its data can move";
    case dma_queue: return "an earlier transfer of the same queue holds the DMA engine";
    case dma_engine: return "data of another queue's earlier transfer moves first on the same DMA engine";
    case dma_data: return "the DMA engines move the transfer's bytes";
    case memory: return "device memory answers, or others share its bandwidth";
    case dma_complete: return "from the last byte until the completion is visible to who waits for it";
    case other: return "not explained by what was recorded";
  }
  return "";
}

void add_metrics(std::vector<Term>& terms) {
  for (const MetricRow& row : metric_table()) {
    std::string definition = row.definition;
    if (row.recorded) definition += " (needs --profile-level instruction)";
    terms.push_back({Kind::metric, row.name, row.unit, std::move(definition), "Summary." + row.name + ", Metric"});
  }
  for (const AbsentMetric& absent : absent_metrics())
    terms.push_back({Kind::absent, absent.name, "-", absent.reason, ""});
}

void add_tables(std::vector<Term>& terms) {
  for (const TableInfo& table : profile_tables()) {
    terms.push_back({Kind::table, table.name, "-", table.meaning, table.name});
    if (table.name == "Summary") continue;  // its columns are the metrics
    for (const ColumnInfo& column : table.columns)
      terms.push_back({Kind::column, column.name, column.unit, column.meaning, table.name + "." + column.name});
  }
}

void add_reasons(std::vector<Term>& terms) {
  for (int r = 0; r < sim::kStallReasons; ++r) {
    const auto reason = static_cast<sim::StallReason>(r);
    terms.push_back({Kind::stall_reason, std::string(sim::name(reason)), "-", definition(reason),
                     reason == sim::StallReason::datapath ? kStallOnlyWhere : kStallWhere});
  }
  for (const IdleReason& idle : idle_reasons())
    terms.push_back({Kind::stall_reason, idle.name, "-", idle.definition, kIdleWhere});
  for (int c = 0; c < sim::kPathCauses; ++c) {
    const auto cause = static_cast<sim::PathCause>(c);
    terms.push_back({Kind::path_cause, std::string(sim::name(cause)), "-", definition(cause), kCauseWhere});
  }
  terms.push_back({Kind::path_cause, kPathHost, "-", "operators on the host run", kCauseWhere});
  terms.push_back(
      {Kind::path_cause, kPathBetween, "-", "from the end of one program to the start of the next", kCauseWhere});
}

/// As names are compared: small letters, underlines for blanks.
std::string plain(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool names(const Term& term, const std::string& word) {
  const std::string own = plain(term.name);
  if (own.ends_with('*')) return word == own || word.starts_with(own.substr(0, own.size() - 1));
  return own == word || (term.kind == Kind::column && plain(term.where) == word) ||
         (term.kind == Kind::metric && "summary." + own == word);
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::metric: return "metric";
    case Kind::table: return "table";
    case Kind::column: return "column";
    case Kind::stall_reason: return "stall reason";
    case Kind::path_cause: return "path cause";
    case Kind::absent: return "not measured";
  }
  return "";
}

std::span<const Term> glossary() {
  static const std::vector<Term> terms = [] {
    std::vector<Term> all;
    add_metrics(all);
    add_tables(all);
    add_reasons(all);
    return all;
  }();
  return terms;
}

std::vector<Term> explain(std::string_view word) {
  const std::string wanted = plain(word);
  std::vector<Term> found;
  for (const Term& term : glossary())
    if (names(term, wanted)) found.push_back(term);
  if (!found.empty()) return found;
  std::vector<std::string> known;
  for (const Term& term : glossary()) known.push_back(term.name);
  throw Error(ErrorKind::usage, "explain",
              fmt::format("'{}' names nothing in a profile{}", word, did_you_mean(word, known)),
              {"inf-sim explain lists every name"});
}

}  // namespace inf::workflow
