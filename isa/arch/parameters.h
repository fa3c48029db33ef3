#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "isa/arch/chip_spec.h"

namespace inf::arch {

/// One parameter of a chip: where it lives, what it means, what it may be. Loading, echo, hash, docs/config.md and `hw
/// show` all walk the one list that parameters() returns.
struct Parameter {
  using Target = std::variant<int*, std::int64_t*, double*, bool*, std::vector<DType>*, std::string*>;

  const char* path;  ///< dotted: section, then key
  Target target;
  const char* unit;  ///< "-" for none
  double low, high;  ///< allowed range of a number
  const char* meaning;
};

/// Every parameter of `spec`, in file order. A whole section may be left out of the file where section_optional says
/// so.
std::vector<Parameter> parameters(ChipSpec& spec);

/// gpsimd may be missing: the chip has none. So may energy: nobody says what work takes.
bool section_optional(const std::string& section);

/// The value as its YAML text: "128", "17", "true", "[bf16, fp16]".
std::string value_text(const Parameter& parameter);

/// "chip" and "chip.tensor" parts of a dotted path.
std::string section_of(const std::string& path);
std::string key_of(const std::string& path);

}  // namespace inf::arch
