#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "compiler/ir/graph.h"
#include "tools/workflow/energy.h"
#include "tools/workflow/ledger.h"

namespace inf::workflow {

/// Six significant digits; null where there is no number (JSON has no infinity).
nlohmann::ordered_json figure(double value);

/// `ledger` of docs/json.md.
nlohmann::ordered_json ledger_json(const std::vector<LedgerRow>& rows);
/// `nodes` of docs/json.md.
nlohmann::ordered_json nodes_json(const std::vector<compiler::LedgerEntry>& entries);

/// `energy` of docs/json.md.
nlohmann::ordered_json energy_json(const Energy& energy);

}  // namespace inf::workflow
