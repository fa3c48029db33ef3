#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tools/workflow/format.h"
#include "tools/workflow/kernel_run.h"

namespace inf::workflow {
namespace {

constexpr int kVersion = 1;  // of the documents in docs/json.md

std::string_view words_of(workloads::Measured m) {
  switch (m) {
    case workloads::Measured::call: return "a call on the device";
    case workloads::Measured::run: return "the run";
    case workloads::Measured::step: return "one step";
    case workloads::Measured::first_byte: return "semaphore to first byte";
  }
  return "";
}

}  // namespace

std::string kernel_text(const KernelRun& run) {
  std::string text = fmt::format("{} ({}) on {}: {} instructions\n", run.kernel->name, run.kernel->shapes, run.chip,
                                 grouped(static_cast<std::int64_t>(run.instructions)));
  text += fmt::format("  {}: {}; run {}\n", words_of(run.kernel->measured), duration(run.measured_ns),
                      duration(run.run_ns));
  text += fmt::format("  device memory: {} read, {} written, {}B/s\n", si(static_cast<double>(run.dram_read), "B"),
                      si(static_cast<double>(run.dram_written), "B"),
                      si(1e9 * static_cast<double>(run.dram_read + run.dram_written) / run.run_ns, ""));
  Table table({Table::Align::left, Table::Align::right, Table::Align::right, Table::Align::right});
  table.row({"engine", "busy", "of the run", "instructions"});
  for (const EngineUse& use : run.engines)
    if (use.instructions > 0)
      table.row({use.engine, duration(use.busy_ns), percent(use.utilisation),
                 grouped(static_cast<std::int64_t>(use.instructions))});
  table.row({"dma", duration(run.dma_busy_ns), percent(run.dma_busy_ns / run.run_ns), ""});
  return text + table.text();
}

std::string kernel_json(const KernelRun& run) {
  nlohmann::ordered_json json = {{"document", "inf-sim kernel"},
                                 {"version", kVersion},
                                 {"kernel", run.kernel->name},
                                 {"shapes", run.kernel->shapes},
                                 {"rows", run.kernel->rows},
                                 {"chip", run.chip},
                                 {"measured", words_of(run.kernel->measured)},
                                 {"measured_ns", run.measured_ns},
                                 {"run_ns", run.run_ns},
                                 {"dma_busy_ns", run.dma_busy_ns},
                                 {"instructions", run.instructions},
                                 {"macs", run.macs},
                                 {"dram_read_bytes", run.dram_read},
                                 {"dram_written_bytes", run.dram_written},
                                 {"engines", nlohmann::ordered_json::array()}};
  for (const EngineUse& use : run.engines)
    json["engines"].push_back({{"engine", use.engine},
                               {"busy_ns", use.busy_ns},
                               {"utilisation", use.utilisation},
                               {"instructions", use.instructions}});
  return json.dump(2) + "\n";
}

std::string kernel_list_text() {
  Table table({Table::Align::left, Table::Align::left, Table::Align::left, Table::Align::left});
  table.row({"kernel", "shapes", "what it does", "stands for"});
  for (const workloads::KernelInfo& k : workloads::kernels())
    table.row({k.name, k.shapes, k.description, fmt::format("{}", fmt::join(k.rows, ", "))});
  return table.text();
}

std::string kernel_list_json() {
  nlohmann::ordered_json json = {
      {"document", "inf-sim kernel list"}, {"version", kVersion}, {"kernels", nlohmann::ordered_json::array()}};
  for (const workloads::KernelInfo& k : workloads::kernels())
    json["kernels"].push_back({{"kernel", k.name},
                               {"description", k.description},
                               {"shapes", k.shapes},
                               {"rows", k.rows},
                               {"measured", words_of(k.measured)}});
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
