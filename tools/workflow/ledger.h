#pragma once
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow {

/// What became of the ONNX nodes of one operator type.
struct LedgerRow {
  std::string type;
  int compiled = 0, fused = 0, folded = 0, host = 0, refused = 0;
  int total() const { return compiled + fused + folded + host + refused; }
};

/// One row per operator type, types in the order of their first node.
std::vector<LedgerRow> count_ledger(const std::vector<compiler::LedgerEntry>& ledger);

/// The rows as an aligned table with a total, zeros as "-".
std::string ledger_text(const std::vector<LedgerRow>& rows);

/// One line per node: name, type, fate, into.
std::string ledger_nodes_text(const std::vector<compiler::LedgerEntry>& ledger);

const char* name(compiler::Fate fate);

}  // namespace inf::workflow
