#pragma once
#include <string>

namespace inf::isa {

/// docs/isa.md as a whole: encoding, instructions with their bits, costs and limits, operators and functions.
std::string isa_markdown();

}  // namespace inf::isa
