#include "tools/workflow/device_run.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload_file.h"

using namespace inf;
using namespace inf::workflow;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf-sim-device-run-test-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

Workload small_craft(const std::string& chip) {
  Overrides over;
  over.chip = chip;
  over.size = Extent{32, 64};
  WorkloadFile file;
  file.file = "craft.yaml";
  file.model.builtin = PlacedText{"craft", ""};
  return resolve(file, over);
}

DeviceRun ask(const Workload& workload, const arch::ChipSpec& chip, int cores, RunCache& cache) {
  Progress progress(false);
  const arch::RuntimeSpec runtime;
  return run_device({workload, chip, runtime, cores, Spread::data_parallel}, cache, progress);
}

}  // namespace

TEST_CASE("a device run says what a run says") {
  const Workload workload = small_craft("inf2");
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  RunCache none(std::nullopt);
  const DeviceRun device = ask(workload, chip, 1, none);
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  Progress progress(false);
  const Report report = run(workload, options, progress).report;
  CHECK(device.feasible());
  CHECK(device.call_ns == report.latency->device_ns);
  CHECK(device.interval_ns == device.call_ns);
  CHECK(device.input_bytes + device.output_bytes == report.latency->copied_bytes);
  CHECK(device.device_memory_bytes == report.device_memory_bytes);
  CHECK(device.macs == report.roofline->macs);
  CHECK(device.weight_bytes > 20'000'000);  // 20.8 million bf16 parameters
  CHECK(device.utilisation.size() == report.engines.size());
  CHECK(device.bound_share > 0);
}

TEST_CASE("the cache gives the same answer, bit for bit, and none for another question") {
  const Folder folder;
  RunCache cache(folder.path);
  const Workload workload = small_craft("inf2");
  arch::ChipSpec chip = arch::load_chip(workload.chip);
  const DeviceRun first = ask(workload, chip, 2, cache);
  CHECK(cache.stored() == 1);
  const DeviceRun again = ask(workload, chip, 2, cache);
  CHECK(cache.found() == 1);
  CHECK(cache.stored() == 1);
  CHECK(device_run_text(again) == device_run_text(first));
  CHECK(again.call_ns == first.call_ns);

  chip.dma.start_ns += 100;
  CHECK(ask(workload, chip, 2, cache).call_ns > first.call_ns);
  CHECK(cache.stored() == 2);
  Workload other = workload;
  std::get<BuiltinCraft>(other.model).size = Extent{64, 64};
  CHECK(ask(other, chip, 2, cache).macs > first.macs);
  CHECK(cache.stored() == 3);
}

TEST_CASE("an entry of a sound file without a run in it is computed again") {
  const Folder folder;
  const Workload workload = small_craft("inf2");
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  {
    RunCache cache(folder.path);
    ask(workload, chip, 1, cache);
  }
  RunCache cache(folder.path);
  for (const auto& entry : fs::directory_iterator(folder.path))
    cache.store(entry.path().stem().string(), "{\"call_ns\": 1}");
  CHECK(ask(workload, chip, 1, cache).call_ns > 1);
  CHECK(cache.notes().size() == 1);
}

TEST_CASE("what a chip refuses is an answer") {
  const Folder folder;
  RunCache cache(folder.path);
  Workload workload = small_craft("inf1");
  workload.precision = precision_of(AutoCast::none, DType::fp32);
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  const DeviceRun run = ask(workload, chip, 1, cache);
  CHECK(!run.feasible());
  CHECK(run.refused.find("fp32") != std::string::npos);
  CHECK(ask(workload, chip, 1, cache).refused == run.refused);
  CHECK(cache.found() == 1);
}

TEST_CASE("loading a model takes its weights over the host link") {
  arch::ChipSpec chip;
  chip.host.bytes_per_ns = 8;
  arch::RuntimeSpec runtime;
  runtime.load_ns = 1000;
  DeviceRun run;
  run.weight_bytes = 80'000;
  CHECK(load_ns(run, chip, runtime) == 11'000);
}
