#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::workloads {

/// What the published figure of a kernel is the time of.
enum class Measured : std::uint8_t {
  call,        ///< a call on the device: its start and stop included (RuntimeSpec::device_start_ns)
  run,         ///< from the first instruction to the last result, as a profile shows it
  step,        ///< one of `steps` equal steps
  first_byte,  ///< from the semaphore that sets the only transfer off to its first byte
};

/// A hand-written kernel that stands for published measurements.
struct KernelInfo {
  std::string name, description, shapes;
  std::vector<std::string> rows;  ///< ids of the published rows that it stands for
  Measured measured = Measured::run;
  std::int64_t steps = 1;
};

/// Every kernel, in the order of the published rows.
const std::vector<KernelInfo>& kernels();

/// A published kernel measurement that no kernel stands for, and why.
struct RowWithoutKernel {
  std::string row, reason;
};
const std::vector<RowWithoutKernel>& rows_without_kernel();

/// Errors: usage for a name that is no kernel's.
const KernelInfo& find_kernel(std::string_view name);

/// Its instructions for `chip`, made segment by segment.
/// Errors: usage for a name that is no kernel's; unsupported for a chip that lacks an engine which the kernels use.
std::unique_ptr<isa::ProgramSource> make_kernel(std::string_view name, const arch::ChipSpec& chip);

}  // namespace inf::workloads
