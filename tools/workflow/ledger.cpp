#include "tools/workflow/ledger.h"

#include <algorithm>

#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

int& count_of(LedgerRow& row, compiler::Fate fate) {
  switch (fate) {
    case compiler::Fate::compiled: return row.compiled;
    case compiler::Fate::fused: return row.fused;
    case compiler::Fate::folded: return row.folded;
    case compiler::Fate::host: return row.host;
    case compiler::Fate::refused: return row.refused;
  }
  return row.refused;
}

std::vector<std::string> cells(const LedgerRow& row) {
  const auto count = [](int n) { return n == 0 ? std::string("-") : std::to_string(n); };
  return {row.type,          count(row.total()), count(row.compiled), count(row.fused),
          count(row.folded), count(row.host),    count(row.refused)};
}

}  // namespace

const char* name(compiler::Fate fate) {
  switch (fate) {
    case compiler::Fate::compiled: return "compiled";
    case compiler::Fate::fused: return "fused";
    case compiler::Fate::folded: return "folded";
    case compiler::Fate::host: return "host";
    case compiler::Fate::refused: return "refused";
  }
  return "refused";
}

std::vector<LedgerRow> count_ledger(const std::vector<compiler::LedgerEntry>& ledger) {
  std::vector<LedgerRow> rows;
  for (const compiler::LedgerEntry& entry : ledger) {
    auto row = std::find_if(rows.begin(), rows.end(), [&](const LedgerRow& r) { return r.type == entry.onnx_type; });
    if (row == rows.end()) row = rows.insert(rows.end(), LedgerRow{.type = entry.onnx_type});
    ++count_of(*row, entry.fate);
  }
  return rows;
}

std::string ledger_text(const std::vector<LedgerRow>& rows) {
  constexpr auto left = Table::Align::left, right = Table::Align::right;
  Table table({left, right, right, right, right, right, right});
  table.row({"ONNX operator", "nodes", "compiled", "fused", "folded", "host", "refused"});
  LedgerRow sum{.type = "all"};
  for (const LedgerRow& row : rows) {
    table.row(cells(row));
    sum.compiled += row.compiled;
    sum.fused += row.fused;
    sum.folded += row.folded;
    sum.host += row.host;
    sum.refused += row.refused;
  }
  table.row(cells(sum));
  return table.text();
}

std::string ledger_nodes_text(const std::vector<compiler::LedgerEntry>& ledger) {
  constexpr auto left = Table::Align::left, right = Table::Align::right;
  Table table({left, left, left, left, right});
  table.row({"node", "type", "fate", "into", "MMAC"});
  for (const compiler::LedgerEntry& entry : ledger)
    table.row({entry.node, entry.onnx_type, name(entry.fate), entry.into,
               entry.macs == 0 ? "" : grouped((entry.macs + 500'000) / 1'000'000)});
  return table.text();
}

}  // namespace inf::workflow
