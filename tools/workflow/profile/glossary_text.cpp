#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/glossary.h"
#include "tools/workflow/profile/schema.h"

namespace inf::workflow {
namespace {

using Kind = Term::Kind;

constexpr int kVersion = 1;  // of the document in docs/json.md
constexpr Kind kKinds[] = {Kind::metric, Kind::table, Kind::stall_reason, Kind::path_cause, Kind::absent};

constexpr const char* kIntroduction = R"page(# Profiles

Generated from the tables in `tools/workflow/profile` by `inf-sim docs`; edit those, then run the command again.

    inf-sim run workloads/craft.yaml --mode timing --profile run.db
    inf-sim profile run.db              where the time went, in words
    inf-sim explain mfu_estimated_percent
    sqlite3 run.db "SELECT layer, sum(added) / 1e3 AS us FROM Operator GROUP BY layer ORDER BY us DESC"
    python3 -c "import sqlite3, pandas; print(pandas.read_sql('SELECT * FROM Summary', sqlite3.connect('run.db')).T)"

`run --profile FILE.db` writes one call of the model as an SQLite 3 database: whatever a summary leaves out can be asked in SQL. The file
appears whole or not at all, and the same run gives the same bytes: there is no host time and no path in it. What is there already is
replaced only if it is a profile. `--profile-level operator` leaves out single instructions, and with them the tables and metrics that
say so below; it costs next to nothing. `--no-what-if` leaves out table `WhatIf`, for which the model is compiled again some twenty times.

Names are those of the vendor's profiler where it has the thing: tables `Instruction`, `DmaPacketAggregated`, `SemaphoreUpdate`,
`SbufUsage`, `PsumUsage`, `Summary`, `OpcodeSummary` and `Warning`, and the metrics.

Time is kept twice. Columns called `..._ticks` are whole numbers: a tick is a period of the chip's clocks' common multiple, `Run.tick_mhz` of
them make a microsecond, and every sum of them is exact:

- busy and idle ticks of an engine (`Engine.busy_ticks` and its rows of `EngineIdle`) are `Run.total_ticks`, for each core that ran;
- the stretches of `CriticalPath` follow one another without a gap from 0 to `Run.total_ticks`, and `OperatorPath` and
  `Operator.path_ticks` are their sums;
- the union of an engine's `Instruction`s from `start_ticks` to `end_ticks` is `Engine.busy_ticks`.

Columns in nanoseconds (`timestamp`, `duration`, ...) follow from them. `PRAGMA application_id` is )page";

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

void write_tables(std::string& out) {
  out += "\n## Tables\n";
  for (const TableInfo& table : profile_tables()) {
    out += fmt::format("\n### {}\n\n{}{}\n", table.name, table.meaning,
                       table.recorded ? " Needs --profile-level instruction." : "");
    if (table.name == "Summary") {
      out += "\nColumns: the metrics below.\n";
      continue;
    }
    out += "\n| Column | Type | Unit | Meaning |\n|---|---|---|---|\n";
    for (const ColumnInfo& c : table.columns)
      out +=
          fmt::format("| {} | {} | {} | {} |\n", c.name, c.type.substr(0, c.type.find(' ')), c.unit, cell(c.meaning));
  }
}

void write_terms(Kind kind, const char* head, bool with_unit, std::string& out) {
  out += head;
  for (const Term& term : glossary())
    if (term.kind == kind)
      out += with_unit ? fmt::format("| {} | {} | {} |\n", term.name, term.unit, cell(term.definition))
                       : fmt::format("| {} | {} |\n", term.name, cell(term.definition));
}

}  // namespace

std::string terms_text(std::span<const Term> terms) {
  std::string text;
  for (const Term& term : terms) {
    text += fmt::format("{}{} ({}{}{})\n", text.empty() ? "" : "\n", term.name, name(term.kind),
                        term.unit == "-" ? "" : ", ", term.unit == "-" ? "" : term.unit);
    text += fmt::format("  {}\n", term.definition);
    if (!term.where.empty() && term.where != term.name) text += fmt::format("  in profile.db: {}\n", term.where);
  }
  return text;
}

std::string glossary_text() {
  std::string text = "inf-sim explain NAME says more; columns of tables are names too, as NAME or TABLE.NAME\n";
  for (const Kind kind : kKinds) {
    text += fmt::format("\n{}\n", name(kind));
    Table table({Table::Align::left, Table::Align::left, Table::Align::left});
    for (const Term& term : glossary())
      if (term.kind == kind) table.row({term.name, term.unit == "-" ? "" : term.unit, term.definition});
    text += table.text();
  }
  return text;
}

std::string terms_json(std::span<const Term> terms) {
  nlohmann::ordered_json json = {{"document", "inf-sim explain"}, {"version", kVersion}};
  json["terms"] = nlohmann::ordered_json::array();
  for (const Term& term : terms)
    json["terms"].push_back({{"kind", name(term.kind)},
                             {"name", term.name},
                             {"unit", term.unit},
                             {"definition", term.definition},
                             {"where", term.where}});
  return json.dump(2) + "\n";
}

std::string profile_markdown() {
  std::string out =
      kIntroduction + fmt::format("{:#x}, `PRAGMA user_version` the\nversion of the tables, which is {}.\n",
                                  kProfileApplication, kProfileVersion);
  write_tables(out);
  write_terms(Kind::metric, "\n## Metrics\n\n| Metric | Unit | Definition |\n|---|---|---|\n", true, out);
  write_terms(Kind::absent, "\nNot measured, though the vendor's profiler has them:\n\n| Metric | Why |\n|---|---|\n",
              false, out);
  write_terms(Kind::stall_reason, "\n## Stall reasons\n\n| Reason | Meaning |\n|---|---|\n", false, out);
  write_terms(Kind::path_cause, "\n## Causes on the critical path\n\n| Cause | Meaning |\n|---|---|\n", false, out);
  return out;
}

}  // namespace inf::workflow
