#include "tools/inf-sim/load_arguments.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/duration.h"
#include "tools/workflow/workload_fields.h"

namespace inf::cli {
namespace {

/// The range of a key of the workload file holds for its option too.
template <class Number>
void check_range(const char* option, std::string_view key, const std::optional<Number>& value) {
  if (!value) return;
  const workflow::WorkloadField& field = workflow::workload_field(key);
  const auto number = static_cast<double>(*value);
  if (number >= field.low && number <= field.high) return;
  throw Error(ErrorKind::usage, option, fmt::format("{} is outside {}..{}", number, field.low, field.high));
}

}  // namespace

void LoadArguments::add_to(CLI::App& command) {
  command
      .add_option("--workers", workers,
                  "load: threads for each copy of the model that call it by turns; latency percentiles, throughput and "
                  "cost at that load")
      ->type_name("W");
  command.add_option("--rate", rate, "load: samples per second that arrive by a Poisson process")->type_name("R");
  command.add_option("--max-batch", max_batch, "load: with --rate, the largest batch that samples are put into")
      ->type_name("B");
  command
      .add_option("--max-wait", max_wait,
                  "load: with --rate, how long a sample waits for its batch to fill, such as 2ms")
      ->type_name("TIME");
  command.add_option("--requests", requests, "load: calls or samples that are simulated; default 20000");
  command.add_option("--seed", seed, "load: of the arrivals; default 1");
}

void LoadArguments::check(const workflow::WorkloadFile& file) const {
  check_range("--workers", "load.workers", workers);
  check_range("--rate", "load.rate_per_s", rate);
  check_range("--max-batch", "load.max_batch", max_batch);
  check_range("--requests", "load.requests", requests);
  check_range("--seed", "load.seed", seed);
  if (!max_wait.empty()) workflow::parse_duration(max_wait, "--max-wait", 0);
  const bool open = rate || (file.load && file.load->rate_per_s && !workers);
  if (!open && (max_batch || !max_wait.empty()))
    throw Error(ErrorKind::usage, max_batch ? "--max-batch" : "--max-wait", "goes with --rate");
  if ((requests || seed) && !workers && !rate && !file.load)
    throw Error(ErrorKind::usage, requests ? "--requests" : "--seed", "goes with --workers or --rate");
}

std::optional<workflow::LoadOptions> LoadArguments::options(const workflow::WorkloadFile& file) const {
  if (!workers && !rate && !file.load) return std::nullopt;
  workflow::LoadOptions options = file.load ? workflow::load_options(*file.load) : workflow::LoadOptions{};
  // --workers alone is a closed loop, whatever the file says of a rate.
  if (workers && !rate) options.rate_per_s.reset();
  if (workers) options.workers = workers;
  if (rate) options.rate_per_s = rate, options.rate_place = "--rate";
  if (max_batch) options.max_batch = *max_batch;
  if (!max_wait.empty()) options.max_wait_ns = workflow::parse_duration(max_wait, "--max-wait", 0);
  if (requests) options.requests = *requests;
  if (seed) options.seed = static_cast<std::uint64_t>(*seed);
  return options;
}

}  // namespace inf::cli
