#include "tools/workflow/compare.h"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/inf-sim/cache_options.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/model_options.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/precision.h"
#include "tools/inf-sim/uncertainty_arguments.h"
#include "tools/workflow/compare_html.h"
#include "tools/workflow/duration.h"
#include "tools/workflow/uncertainty.h"
#include "tools/workflow/workload_fields.h"

namespace inf::cli {
namespace {

struct CompareArguments {
  std::string file, size, slo, html;
  std::vector<std::string> instances, modes;
  std::vector<std::int64_t> batches;
  std::optional<std::int64_t> workers;
  PrecisionOptions precision;
  ModelOptions model;
  UncertaintyArguments uncertainty;
  CacheOptions cache;
  JsonChoice json;
};

void check_range(const char* option, std::string_view key, std::int64_t value) {
  const workflow::WorkloadField& field = workflow::workload_field(key);
  if (static_cast<double>(value) >= field.low && static_cast<double>(value) <= field.high) return;
  throw Error(ErrorKind::usage, option, fmt::format("{} is outside {}..{}", value, field.low, field.high));
}

workflow::CompareOptions options(const CompareArguments& a, const workflow::WorkloadFile& file) {
  workflow::CompareOptions options = workflow::compare_options(file);
  if (!a.instances.empty()) options.instances.clear();
  for (const std::string& name : a.instances) {
    // Paths in the workload file start at its folder, those of the command line where it is given.
    const bool path = name.find('/') != std::string::npos || name.ends_with(".yaml");
    const std::filesystem::path folder = std::filesystem::absolute(a.file).parent_path();
    const auto from_folder = std::filesystem::absolute(name).lexically_proximate(folder).string();
    options.instances.push_back({path ? "./" + from_folder : name, "--instances"});
  }
  if (!a.batches.empty()) options.batches = a.batches;
  for (const std::int64_t batch : a.batches) check_range("--batches", "compare.batches", batch);
  if (!a.modes.empty()) options.modes.clear();
  for (const std::string& mode : a.modes) options.modes.push_back(workflow::parse_spread(mode, "--modes"));
  if (a.workers) check_range("--workers", "compare.workers", *a.workers), options.workers = a.workers;
  if (!a.slo.empty()) options.slo_ns = workflow::parse_duration(a.slo, "--slo", 1);
  return options;
}

int compare(const CompareArguments& a) {
  const workflow::WorkloadFile file = workflow::read_workload_or_model(a.file);
  check_destinations(a.json);
  if (!a.html.empty()) check_writable(a.html);
  workflow::Overrides over;
  if (!a.size.empty()) over.size = parse_size(a.size);
  a.precision.apply_to(over);
  a.model.put_into(over);
  const workflow::CompareOptions wanted = options(a, file);
  workflow::RunCache cache = a.cache.open();
  workflow::Progress progress;
  const workflow::Comparison comparison = workflow::compare(file, over, wanted, cache, progress);
  std::string text = workflow::compare_text(comparison);
  std::optional<workflow::Uncertainty> sure;
  if (a.uncertainty.wanted) {
    sure = workflow::compare_uncertainty(file, over, comparison, a.uncertainty.options(), cache, progress);
    text += workflow::uncertainty_text(*sure);
  }
  const std::string json = workflow::compare_json(comparison, sure ? &*sure : nullptr);
  say_notes(cache);
  if (!a.html.empty()) write_file_atomically(a.html, workflow::compare_html(json));
  emit(a.json, text, json);
  return 0;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto a = std::make_shared<CompareArguments>();
  CLI::App* command = app.add_subcommand(
      "compare", "a workload on instances and batches side by side: latency, throughput, cost, and what is best");
  command->add_option("workload", a->file, "workload file or ONNX model")->required()->type_name("W.yaml|M.onnx");
  command
      ->add_option("--instances", a->instances,
                   "sizes such as inf2.xlarge, families such as inf2, or instance files; default the file's, else all "
                   "in configs/instances")
      ->type_name("NAME[,...]")
      ->delimiter(',');
  command->add_option("--batches", a->batches, "batch sizes; default the file's, else 1,2,4,6,8,16")
      ->type_name("N[,...]")
      ->delimiter(',');
  command->add_option("--modes", a->modes, "data-parallel, pipeline; default the file's, else data-parallel")
      ->type_name("MODE[,...]")
      ->delimiter(',');
  command->add_option("--workers", a->workers, "threads for each copy at full load; default the instance file's")
      ->type_name("W");
  command->add_option("--slo", a->slo, "latency limit such as 50ms: the best of each kind under it")->type_name("TIME");
  command->add_option("--html", a->html, "write a page with a picture of latency against cost; needs no network")
      ->type_name("FILE");
  command->add_option("--size", a->size, "input size of a built-in model in place of the file's")->type_name("HxW");
  a->precision.add_to(*command);
  a->model.add_to(*command);
  a->uncertainty.add_to(*command);
  a->cache.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return compare(*a); }; });
}

}  // namespace inf::cli
