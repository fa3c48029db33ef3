#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"

namespace inf::workflow {

/// One number of a chip or instance file whose file says how uncertain it is.
struct UncertainParameter {
  std::string cause;  ///< parameters with the same cause move together: "inf2:dma.start_ns"
  std::string owner;  ///< the chip or the instance family
  std::string path;   ///< "dma.start_ns"
  std::string unit;
  double value = 0, low = 0, high = 0;
};

/// The numbers with a range; a range of no width is left out. A number whose source starts with "as v2" or "as Inf2",
/// or with "v2's" or "Inf2's", has the cause of the number of that path there.
std::vector<UncertainParameter> uncertain_parameters(const arch::ChipSpec& chip);
std::vector<UncertainParameter> uncertain_parameters(const arch::InstanceSpec& instance);

/// The value at this quantile (0..1) of a triangular distribution over the logarithm, from `low` to `high` with its
/// peak at `value`; over the number itself where `low` is not above 0.
double quantile(const UncertainParameter& parameter, double share);

/// Draws for one sample: counter-based, so that the n-th sample of a cause depends on seed and n alone.
double draw(const UncertainParameter& parameter, std::uint64_t seed, std::uint64_t sample);

/// A chip and an instance with every uncertain number drawn. Whole numbers are rounded; sizes in whole KiB stay so.
arch::ChipSpec sampled(const arch::ChipSpec& chip, std::uint64_t seed, std::uint64_t sample);
arch::InstanceSpec sampled(const arch::InstanceSpec& instance, std::uint64_t seed, std::uint64_t sample);

/// 10th, 50th and 90th percentile.
struct Spread3 {
  double p10 = 0, p50 = 0, p90 = 0;
};
Spread3 spread_of(std::vector<double> values);

}  // namespace inf::workflow
