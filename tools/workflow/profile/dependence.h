#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// How much a run's latency depends on each parameter of its chip.
struct Dependence {
  std::string run;         ///< "craft 768x768, run.db"
  std::int64_t ticks = 0;  ///< its latency
  std::map<std::string, WhatIf> by_path;

  /// The latency with 10 % more of the parameter, over the latency, less 1; nothing where it was not tried.
  std::optional<double> for_ten_percent(const std::string& path) const;
  /// As texts, "-" where it was not tried: "-0.62" and "-5.8 %".
  std::string elasticity_text(const std::string& path) const;
  std::string ten_percent_text(const std::string& path) const;
};

/// `elasticity` and `ten_percent` of a parameter's entry; null where it was not tried.
void add_dependence(const Dependence& dependence, const std::string& path, nlohmann::ordered_json& entry);

/// Of a profile in `file`. Errors: usage for a file that is no profile, for one of a chip with other values than
/// `chip`, and for one without what-ifs.
Dependence dependence_of(const std::filesystem::path& file, const arch::ChipSpec& chip);

/// Of the chip that the run in `file` was on. Errors: usage for a file that is no profile.
std::string chip_hash(const std::filesystem::path& file);

/// Of the last profiled run, where that ran on `chip` and is still there to read.
std::optional<Dependence> last_dependence(const arch::ChipSpec& chip);

}  // namespace inf::workflow
