#include "tools/workflow/profile/warnings.h"

#include <fmt/core.h>

#include <algorithm>

#include "tools/workflow/profile/metrics.h"

namespace inf::workflow {
namespace {

constexpr double kUsefulPercent = 50;      // model flops of what the array could do while it is busy
constexpr double kTransposePercent = 10;   // of the hardware flops
constexpr double kReloadPercent = 25;      // of the bytes read from device memory
constexpr double kGoodActivePercent = 90;  // of an engine
constexpr double kGoodMbuPercent = 60;

void judge_useful(const Profile& p, std::vector<ProfileWarning>& out) {
  const auto useful = metric(p, "mfu_active_percent");
  if (!useful || *useful >= kUsefulPercent) return;
  out.push_back({"mfu_active_percent", fmt::format("below {} %", kUsefulPercent), *useful, kUsefulPercent,
                 fmt::format("while the array is busy it does {:.1f} % of the useful work that it could", *useful)});
}

void judge_transposes(const Profile& p, std::vector<ProfileWarning>& out) {
  const auto all = metric(p, "hardware_flops"), transposes = metric(p, "transpose_flops");
  if (!all || !transposes || *all <= 0) return;
  const double percent = 100 * *transposes / *all;
  if (percent <= kTransposePercent) return;
  out.push_back({"transpose_flops", fmt::format("above {} % of hardware_flops", kTransposePercent), percent,
                 kTransposePercent, fmt::format("transposes are {:.1f} % of what the array does", percent)});
}

void judge_reloads(const Profile& p, std::vector<ProfileWarning>& out) {
  const auto read = metric(p, "hbm_read_bytes"), reload = metric(p, "spill_reload_bytes");
  if (!read || !reload || *read <= 0) return;
  const double percent = 100 * *reload / *read;
  if (percent <= kReloadPercent) return;
  out.push_back({"spill_reload_bytes", fmt::format("above {} % of hbm_read_bytes", kReloadPercent), percent,
                 kReloadPercent,
                 fmt::format("{:.1f} % of what is read from device memory was spilled there before", percent)});
}

/// A run is well used when an engine or device memory is nearly always at work.
void judge_use(const Profile& p, std::vector<ProfileWarning>& out) {
  const auto mbu = metric(p, "mbu_estimated_percent");
  if (!mbu || *mbu >= kGoodMbuPercent) return;
  const EngineUse* busiest = nullptr;
  for (const EngineUse& use : p.engines)
    if (use.engine != "dma" && (!busiest || use.utilisation > busiest->utilisation)) busiest = &use;
  if (!busiest || 100 * busiest->utilisation >= kGoodActivePercent) return;
  out.push_back(
      {busiest->engine + "_engine_active_time_percent",
       fmt::format("below {} %, and mbu_estimated_percent below {} %", kGoodActivePercent, kGoodMbuPercent),
       100 * busiest->utilisation, kGoodActivePercent,
       fmt::format("no engine and not device memory is at work all the time: the busiest engine, {}, {:.1f} %, "
                   "device memory {:.1f} %",
                   busiest->engine, 100 * busiest->utilisation, *mbu)});
}

}  // namespace

std::vector<ProfileWarning> judge_metrics(const Profile& profile) {
  std::vector<ProfileWarning> warnings;
  judge_useful(profile, warnings);
  judge_transposes(profile, warnings);
  judge_reloads(profile, warnings);
  judge_use(profile, warnings);
  return warnings;
}

}  // namespace inf::workflow
