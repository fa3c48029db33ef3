#include "tools/workflow/profile/finding_facts.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/read_number.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/profile/findings.h"

namespace inf::workflow {
namespace {

bool among(const std::string& cause, const std::vector<sim::PathCause>& causes) {
  return std::any_of(causes.begin(), causes.end(), [&](sim::PathCause c) { return sim::name(c) == cause; });
}

}  // namespace

FindingFacts::FindingFacts(const Profile& of)
    : profile(of), latency_ns(of.ns(of.ticks)), op_ticks_(operator_ticks(of)) {
  array_rows = chip_value("tensor.rows").value_or(0);
  array_columns = chip_value("tensor.columns").value_or(0);
  array_macs_per_ns = array_rows * array_columns * chip_value("tensor.clock_mhz").value_or(0) * 1e-3;
  fp32_passes = chip_value("tensor.fp32_passes").value_or(1);
  dma_engines = chip_value("dma.engines").value_or(0);
  dma_bytes_per_ns = dma_engines * chip_value("dma.bytes_per_ns").value_or(0);
  descriptor_ns = chip_value("dma.descriptor_ns").value_or(0);
  sbuf_bytes = chip_value("sbuf.partitions").value_or(0) * (chip_value("sbuf.bytes_per_partition").value_or(0) -
                                                            chip_value("sbuf.reserved_per_partition").value_or(0));
  max_moving = chip_value("tensor.max_moving").value_or(0);
  batch = static_cast<std::int64_t>(read_number<double>(setting("batch")).value_or(1));
}

std::optional<double> FindingFacts::chip_value(const std::string& path) const {
  return read_number<double>(setting(kChipSetting + path));
}

bool FindingFacts::has_fp8() const {
  return setting(kChipSetting + std::string("tensor.dtypes")).find("fp8_e4m3") != std::string::npos;
}

std::string FindingFacts::setting(const std::string& key) const {
  const auto found = std::find_if(profile.settings.begin(), profile.settings.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == profile.settings.end() ? std::string() : found->second;
}

std::string FindingFacts::elasticity_text(const std::string& parameter) const {
  const auto found = std::find_if(profile.what_if.begin(), profile.what_if.end(),
                                  [&](const WhatIf& w) { return w.parameter == parameter; });
  return found == profile.what_if.end() ? std::string()
                                        : fmt::format("; elasticity of {} {:+.2f}", parameter, found->elasticity);
}

double FindingFacts::path_ns(int op, const std::string& engine, const std::vector<sim::PathCause>& causes) const {
  std::int64_t ticks = 0;
  for (const PathStretch& s : profile.path)
    if ((op < 0 || s.op == op) && (engine.empty() || s.engine == engine) && among(s.cause, causes))
      ticks += s.to - s.from;
  return profile.ns(ticks);
}

double FindingFacts::dma_ns(int op) const {
  std::int64_t ticks = 0;
  for (const PathStretch& s : profile.path)
    if ((op < 0 || s.op == op) && is_dma(path_cause(s.cause))) ticks += s.to - s.from;
  return profile.ns(ticks);
}

std::int64_t FindingFacts::times(const std::vector<sim::PathCause>& causes) const {
  return std::count_if(profile.path.begin(), profile.path.end(),
                       [&](const PathStretch& s) { return among(s.cause, causes); });
}

Finding FindingFacts::finding(std::string condition, std::string cause, std::string advice, double gain_ns) const {
  return {std::move(condition), std::move(cause), std::move(advice), gain_ns,
          latency_ns > 0 ? gain_ns / latency_ns : 0};
}

double busy_ns(const OperatorUse& use, const std::string& engine) {
  for (const auto& [name, ns] : use.busy_ns)
    if (name == engine) return ns;
  return 0;
}

DmaFloor dma_floor(const FindingFacts& facts, const OperatorWork& work) {
  DmaFloor floor;
  if (facts.dma_bytes_per_ns > 0) floor.data = static_cast<double>(work.dma_bytes) / facts.dma_bytes_per_ns;
  if (facts.dma_engines > 0)
    floor.descriptors = static_cast<double>(work.descriptors) * facts.descriptor_ns / facts.dma_engines;
  if (work.descriptors > 0)
    floor.bytes_each = static_cast<double>(work.dma_bytes) / static_cast<double>(work.descriptors);
  return floor;
}

std::string few_rows_text(const FindingFacts& facts, const ProfileOperator& op) {
  return fmt::format(
      "few input channels: the contraction (input channels x filter taps at a time) fills {:.0f} of the array's {:.0f} "
      "rows{}",
      op.work.rows_used * facts.array_rows, facts.array_rows,
      op.use.decision.empty() ? std::string() : fmt::format(" (as compiled: {})", op.use.decision));
}

std::string more_rows_advice() {
  return "give the array more to contract: fold pixels into channels in front of this layer (space to depth: 2 x 2 "
         "pixels make 4 times the channels)";
}

std::vector<Finding> find(const Profile& profile) {
  constexpr double kWorthIt = 0.01;  // of the latency
  constexpr std::size_t kMost = 4;
  if (profile.path.empty()) return {};
  const FindingFacts facts(profile);
  std::vector<Finding> findings;
  for (const auto rule : {find_starved_operator, find_streamed_weights, find_spilled_values, find_round_trips,
                          find_unfilled_array, find_fp32_passes, find_lane_engine, find_weight_switches,
                          find_table_loads, find_port_waits, find_host_segments})
    if (std::optional<Finding> finding = rule(facts); finding && finding->gain >= kWorthIt)
      findings.push_back(std::move(*finding));
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.gain_ns > b.gain_ns; });
  findings.resize(std::min(findings.size(), kMost));
  return findings;
}

}  // namespace inf::workflow
