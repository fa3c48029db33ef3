#include "tools/workflow/profile/dependence.h"

#include <fmt/core.h>

#include <cmath>

#include "isa/base/error.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/profile/last_profile.h"
#include "tools/workflow/profile/profile_db.h"

namespace inf::workflow {
namespace {

Dependence dependence_of(const Profile& profile, const std::filesystem::path& file) {
  Dependence d{fmt::format("{}, {}", profile.model, file.filename().string()), profile.ticks, {}};
  for (const WhatIf& w : profile.what_if) d.by_path[w.parameter] = w;
  return d;
}

}  // namespace

std::optional<double> Dependence::for_ten_percent(const std::string& path) const {
  const auto found = by_path.find(path);
  if (found == by_path.end()) return std::nullopt;
  constexpr double kStep = 0.1, kClose = 1e-6;
  const WhatIf& w = found->second;
  if (ticks > 0 && w.value != 0 && std::fabs(w.upper / w.value - 1 - kStep) < kClose)
    return static_cast<double>(w.ticks_upper) / static_cast<double>(ticks) - 1;
  return kStep * w.elasticity;
}

std::string Dependence::elasticity_text(const std::string& path) const {
  const auto found = by_path.find(path);
  if (found == by_path.end()) return "-";
  constexpr double kNothing = 0.0005;  // rounds to 0.000
  const double e = found->second.elasticity;
  return std::fabs(e) < kNothing ? "0" : fmt::format("{:+.3f}", e);
}

std::string Dependence::ten_percent_text(const std::string& path) const {
  const std::optional<double> change = for_ten_percent(path);
  if (!change) return "-";
  constexpr double kNothing = 0.00005;
  return std::fabs(*change) < kNothing ? "0 %" : fmt::format("{:+.2f} %", 100 * *change);
}

void add_dependence(const Dependence& dependence, const std::string& path, nlohmann::ordered_json& entry) {
  const auto found = dependence.by_path.find(path);
  const std::optional<double> change = dependence.for_ten_percent(path);
  entry["elasticity"] =
      found == dependence.by_path.end() ? nlohmann::ordered_json(nullptr) : figure(found->second.elasticity);
  entry["ten_percent"] = change ? figure(*change) : nlohmann::ordered_json(nullptr);
}

Dependence dependence_of(const std::filesystem::path& file, const arch::ChipSpec& chip) {
  const Profile profile = read_profile(file);
  if (profile.chip_hash != chip.hash())
    throw Error(ErrorKind::usage, file.string(),
                fmt::format("is a run on {} (hash {}); asked for is {} (hash {})", profile.chip, profile.chip_hash,
                            chip.name, chip.hash()),
                {fmt::format("inf-sim run W.yaml --chip {} --profile FILE.db profiles this chip", chip.name)});
  if (profile.what_if.empty())
    throw Error(ErrorKind::usage, file.string(),
                "has no what-ifs: the run was recorded by operator or with --no-what-if",
                {"inf-sim run W.yaml --profile FILE.db --profile-level instruction records them"});
  return dependence_of(profile, file);
}

std::string chip_hash(const std::filesystem::path& file) { return read_profile(file).chip_hash; }

std::optional<Dependence> last_dependence(const arch::ChipSpec& chip) {
  const std::optional<std::filesystem::path> file = last_profile();
  if (!file) return std::nullopt;
  try {
    const Profile profile = read_profile(*file);
    if (profile.chip_hash != chip.hash() || profile.what_if.empty()) return std::nullopt;
    return dependence_of(profile, *file);
  } catch (const Error&) {
    return std::nullopt;  // overwritten by something else since
  }
}

}  // namespace inf::workflow
