#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/parameters.h"

namespace inf::arch {

/// What an hour costs, and when and where that was read. A price that was not published is infinite: such an instance
/// is the cheapest of nothing, and no cost is printed for it.
struct Price {
  double usd_per_hour = 0;
  std::string date, source;
  bool published() const { return usd_per_hour < std::numeric_limits<double>::infinity(); }
};

/// The host's part of one call: call = device + call overhead + copies of inputs and outputs.
struct RuntimeSpec {
  std::int64_t call_overhead_ns = 0;  ///< everything of a call beside device time and copies
  std::int64_t device_start_ns = 0;   ///< the part of it that the device spends; never hidden by more workers
  std::int64_t library_ns = 0;        ///< the part that the runtime library spends; the rest is the framework's
  double copy_ms_per_mb = 0;          ///< ms per 10^6 bytes of input and output
  std::int64_t large_copy_bytes = 0;  ///< bytes of a call above this copy at the rate below
  double large_copy_bytes_per_ns = 0;
  double host_gflops = 0;             ///< fp32 arithmetic of an operator placed on the host, as one call gets it
  double host_gb_per_s = 0;           ///< host memory traffic of such an operator, GB = 10^9 bytes
  std::int64_t host_vcpu = 1;         ///< processors behind these two figures; others serve other calls
  std::int64_t host_operator_ns = 0;  ///< the framework's dispatch of each of them
  std::int64_t workers_per_core = 1;  ///< threads that call a copy of the model by turns, where throughput counts
  std::int64_t call_vcpu = 1;         ///< processors that a call keeps busy while it is not on the device
  std::int64_t load_ns = 0;           ///< loading a copy, beside its weights' way over the host link

  /// Time to copy this many bytes of inputs and outputs in one call.
  double copy_ns(std::int64_t bytes) const;
};

/// One instance size, as a row of configs/instances/*.yaml.
struct InstanceSpec {
  std::string name, family, region;
  std::filesystem::path chip_file;
  int chips = 0;
  int vcpu = 0;
  std::int64_t memory_gib = 0;
  Price on_demand, reserved;
  RuntimeSpec runtime;
  std::map<std::string, Provenance> provenance;  ///< of the runtime's values, keyed "runtime.call_overhead_ns"

  /// Dollars for a million inferences at this many inferences per second of the whole instance.
  double usd_per_million(double per_second, const Price& price) const {
    return 1e6 / per_second * price.usd_per_hour / 3600.0;
  }
};

/// Every value of `runtime` with its dotted path, "runtime.call_overhead_ns", in file order.
std::vector<Parameter> runtime_parameters(RuntimeSpec& runtime);
/// Every number of a row of `sizes` by its key, "vcpu"; prices in USD per hour.
std::vector<Parameter> size_parameters(InstanceSpec& size);

/// What the runtime's call_overhead_ns "is less than", where its values do not go together; empty where they do.
std::string runtime_conflict(const RuntimeSpec& runtime);

/// Every size of the family, in file order.
/// Errors: usage when the file cannot be read; config with every mistake of the file, each with line and column.
std::vector<InstanceSpec> load_instances(const std::filesystem::path& file);

/// One size. Errors: as load_instances; config when the file has no such size, naming the nearest.
InstanceSpec load_instance(const std::filesystem::path& file, const std::string& size);

/// The same from text; relative paths start at file's folder.
std::vector<InstanceSpec> parse_instances(const std::string& yaml, const std::filesystem::path& file);

/// Rows of docs/config.md: the keys of an instance file with unit, range and meaning.
std::string instance_markdown();

}  // namespace inf::arch
