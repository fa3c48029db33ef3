#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

struct RecordedRun;

struct ExecOptions {
  std::vector<std::string> inputs;  ///< "NAME=FILE": .npy, or the tensor's raw bytes
  bool values = true, timing = true;
  int threads = 0;
  RecordedRun* record = nullptr;  ///< what the simulated core does is added to it
};

/// An output tensor with its type in the program.
struct ExecOutput {
  std::string name;
  DType dtype = DType::fp32;
  NpyArray array;
};

/// What running a program gave; nothing here differs between identical runs.
struct ExecResult {
  std::string program, chip;
  bool timed = false;
  std::int64_t ticks = 0, tick_mhz = 0;
  double ns = 0;
  std::uint64_t instructions = 0, macs = 0;
  std::int64_t dram_read = 0, dram_written = 0;
  std::vector<EngineUse> engines;
  std::vector<ExecOutput> outputs;
};

/// Runs a whole program. Inputs that are not given are zero.
/// Errors: usage for an input that the program does not have or that does not fit; those of the simulator.
ExecResult exec(const arch::ChipSpec& chip, isa::ProgramSource& program, const ExecOptions& options,
                Progress& progress);

std::string exec_text(const ExecResult& result);
/// The document described in docs/json.md.
std::string exec_json(const ExecResult& result);
/// Each output as NAME.npy, named by tensor_files.
void write_outputs(const ExecResult& result, const std::filesystem::path& folder);

}  // namespace inf::workflow
