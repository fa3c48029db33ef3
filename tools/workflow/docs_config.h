#pragma once
#include <string>

namespace inf::workflow {

/// The part of docs/config.md about workload files: every key with type, unit, range, default and meaning.
std::string workload_markdown();

}  // namespace inf::workflow
