#pragma once
#include <string>

#include "tools/workflow/compare.h"

namespace inf::workflow {

/// One page that needs nothing else: the points of a comparison as a picture and as a table, with the chart library in
/// it. `json` is compare_json's document.
std::string compare_html(const std::string& json);

}  // namespace inf::workflow
