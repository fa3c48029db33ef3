#pragma once
#include <nlohmann/json.hpp>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// Doubles come back bit for bit; those that JSON has no numbers for are "nan", "inf" and "-inf".
nlohmann::ordered_json number_json(double value);
double number_from(const nlohmann::ordered_json& json);

/// The metrics that there are, by column.
nlohmann::ordered_json metrics_json(const Metrics& metrics);
/// Errors: those of nlohmann::json where it is none.
Metrics metrics_from(const nlohmann::ordered_json& json);

nlohmann::ordered_json bound_json(const Bound& bound);
Bound bound_from(const nlohmann::ordered_json& json);

nlohmann::ordered_json outcome_json(const CaseOutcome& outcome);
CaseOutcome outcome_from(const nlohmann::ordered_json& json);

/// The status of that name. Errors: usage when there is none.
Status status_named(const std::string& text);

/// One line; bytes that are no UTF-8 are replaced.
std::string line_of(const nlohmann::ordered_json& json);

}  // namespace inf::workflow::sweep
