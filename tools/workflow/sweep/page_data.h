#pragma once
#include <nlohmann/json.hpp>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// What the page of a sweep shows: describe(), and rows as columns, so that tens of thousands fit. Texts that rows
/// share stand in `texts` once; -1 stands for none.
nlohmann::ordered_json page_data(const Sweep& sweep, const Results& results);

}  // namespace inf::workflow::sweep
