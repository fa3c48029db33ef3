#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/profile/breakdown.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// What the rules behind findings look at, worked out once.
struct FindingFacts {
  explicit FindingFacts(const Profile& of);

  const Profile& profile;
  double latency_ns = 0;
  double array_rows = 0, array_columns = 0, array_macs_per_ns = 0;  ///< 0 where the chip's numbers are not known
  double fp32_passes = 1;
  double dma_engines = 0, dma_bytes_per_ns = 0, descriptor_ns = 0;  ///< bytes_per_ns: all engines together
  double sbuf_bytes = 0;
  double max_moving = 0;  ///< elements of a matmul
  std::int64_t batch = 1;

  /// A number of the chip file; nothing where the profile does not have it.
  std::optional<double> chip_value(const std::string& path) const;
  std::string setting(const std::string& key) const;
  /// "; elasticity of dma.bytes_per_ns -0.27", or nothing where it was not tried.
  std::string elasticity_text(const std::string& parameter) const;
  /// Are stored values wider than two bytes?
  bool wide_values() const { return profile.precision.find("fp32") != std::string::npos; }
  bool has_fp8() const;

  /// Time on the critical path, in ns: of an operator (all for -1), on an engine (all for ""), by cause.
  double path_ns(int op, const std::string& engine, const std::vector<sim::PathCause>& causes) const;
  /// ... waiting for DMA, from the trigger to the completion.
  double dma_ns(int op) const;
  double operator_ns(int op) const { return profile.ns(op_ticks_[static_cast<std::size_t>(op)]); }
  /// How often the path meets one of these causes.
  std::int64_t times(const std::vector<sim::PathCause>& causes) const;

  Finding finding(std::string condition, std::string cause, std::string advice, double gain_ns) const;

 private:
  std::vector<std::int64_t> op_ticks_;
};

/// Time that an operator kept an engine busy, in ns.
double busy_ns(const OperatorUse& use, const std::string& engine);

/// What an operator's transfers would take at least, in ns.
struct DmaFloor {
  double data = 0, descriptors = 0;  ///< at the full rate of all engines; for the fixed cost of each descriptor
  double bytes_each = 0;             ///< of a descriptor
  double all() const { return std::max(data, descriptors); }
};
DmaFloor dma_floor(const FindingFacts& facts, const OperatorWork& work);

/// Share of what is read from device memory that is weights; 0 where all of them stay in SBUF.
double weights_share(const Profile& profile);

/// "contraction (input channels x filter taps) fills 16 of the array's 128 rows" and what that means.
std::string few_rows_text(const FindingFacts& facts, const ProfileOperator& op);
inline constexpr double kFewRows = 0.35;  ///< of the array
/// What helps a layer with few input channels.
std::string more_rows_advice();

// The rules. Each gives a finding, or nothing where its condition does not hold.
std::optional<Finding> find_starved_operator(const FindingFacts& facts);
std::optional<Finding> find_streamed_weights(const FindingFacts& facts);
std::optional<Finding> find_spilled_values(const FindingFacts& facts);
std::optional<Finding> find_round_trips(const FindingFacts& facts);
std::optional<Finding> find_unfilled_array(const FindingFacts& facts);
std::optional<Finding> find_fp32_passes(const FindingFacts& facts);
std::optional<Finding> find_lane_engine(const FindingFacts& facts);
std::optional<Finding> find_weight_switches(const FindingFacts& facts);
std::optional<Finding> find_table_loads(const FindingFacts& facts);
std::optional<Finding> find_port_waits(const FindingFacts& facts);
std::optional<Finding> find_host_segments(const FindingFacts& facts);

}  // namespace inf::workflow
