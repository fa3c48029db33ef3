#include "tools/workflow/exec.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/files.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/tensor_files.h"
#include "tools/workflow/tensors.h"

namespace inf::workflow {
namespace {

using Role = isa::TensorEntry::Role;

/// "x=file": the tensor of that name.
const isa::TensorEntry& find_input(const isa::ProgramImage& image, const std::string& given, const std::string& name) {
  std::vector<std::string> names;
  for (const isa::TensorEntry& tensor : image.tensors) {
    if (tensor.role != Role::input) continue;
    if (tensor.name == name) return tensor;
    names.push_back(tensor.name);
  }
  throw Error(ErrorKind::usage, "--input " + given,
              names.empty() ? "the program has no inputs"
                            : fmt::format("'{}' is none of the program's inputs ({}){}", name, fmt::join(names, ", "),
                                          did_you_mean(name, names)));
}

std::vector<std::byte> read_tensor(const std::filesystem::path& file, const isa::TensorEntry& tensor) {
  if (file.extension() == ".npy") {
    const NpyArray array = read_npy(file);
    if (array.shape != tensor.shape)
      throw Error(ErrorKind::usage, file.string(),
                  fmt::format("has shape [{}]; '{}' needs [{}]", fmt::join(array.shape, ", "), tensor.name,
                              fmt::join(tensor.shape, ", ")));
    return to_bytes(array.data, tensor.dtype);
  }
  const std::string raw = read_file(file);
  if (static_cast<std::int64_t>(raw.size()) != tensor.bytes)
    throw Error(ErrorKind::usage, file.string(),
                fmt::format("has {} bytes; '{}' needs {}", raw.size(), tensor.name, tensor.bytes));
  std::vector<std::byte> bytes(raw.size());
  std::memcpy(bytes.data(), raw.data(), raw.size());
  return bytes;
}

std::vector<sim::TensorData> read_inputs(const isa::ProgramImage& image, const std::vector<std::string>& given) {
  std::vector<sim::TensorData> data;
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      throw Error(ErrorKind::usage, "--input " + text, "names no tensor; write NAME=FILE");
    const isa::TensorEntry& tensor = find_input(image, text, text.substr(0, equals));
    data.push_back({tensor.name, read_tensor(text.substr(equals + 1), tensor)});
  }
  for (const isa::TensorEntry& tensor : image.tensors) {
    const bool there =
        std::any_of(data.begin(), data.end(), [&](const sim::TensorData& d) { return d.name == tensor.name; });
    if (tensor.role == Role::input && !there)
      data.push_back({tensor.name, std::vector<std::byte>(static_cast<std::size_t>(tensor.bytes))});
  }
  return data;
}

}  // namespace

ExecResult exec(const arch::ChipSpec& chip, isa::ProgramSource& program, const ExecOptions& options,
                Progress& progress) {
  const isa::ProgramImage& image = program.image();
  sim::SimOptions how;
  how.values = options.values;
  how.timing = options.timing;
  how.threads = options.threads;
  std::optional<ProgramWatch> watch = watch_program(how.timing ? options.record : nullptr, program, chip);
  progress.stage("exec");
  const sim::SimResult run = sim::simulate(
      chip, program, read_inputs(image, options.inputs), how,
      watch ? watch->observers() : std::vector<sim::Observer*>{},
      [&](const sim::Progress& p) { progress.update(0, fmt::format("{} instructions", p.instructions)); });
  progress.clear();
  ExecResult result;
  result.program = image.name;
  result.chip = chip.name;
  result.timed = options.timing;
  result.ticks = run.end.value;
  result.tick_mhz = arch::Timebase(chip).mhz();
  result.ns = arch::Timebase(chip).to_ns(run.end);
  result.instructions = run.instructions;
  result.macs = run.counters.macs;
  result.dram_read = run.counters.dram_read;
  result.dram_written = run.counters.dram_written;
  result.engines = measure_engines(chip, run);
  if (watch) {
    options.record->programs.push_back(watch->take(run, options.record->end_ns));
    options.record->programs.back().engines = result.engines;
    options.record->end_ns += result.ns;
  }
  for (const sim::TensorData& output : run.outputs) {
    const auto entry = std::find_if(image.tensors.begin(), image.tensors.end(),
                                    [&](const isa::TensorEntry& t) { return t.name == output.name; });
    result.outputs.push_back({output.name, entry->dtype, {entry->shape, to_floats(output.bytes, entry->dtype)}});
  }
  return result;
}

void write_outputs(const ExecResult& result, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  std::vector<std::string> tensors;
  for (const ExecOutput& output : result.outputs) tensors.push_back(output.name);
  const std::vector<std::string> files = tensor_files(tensors);
  for (std::size_t i = 0; i < files.size(); ++i)
    write_file_atomically(folder / files[i], npy_bytes(result.outputs[i].array));
}

}  // namespace inf::workflow
