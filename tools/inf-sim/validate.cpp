#include "tools/workflow/validate.h"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/inf-sim/cache_options.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"

namespace inf::cli {
namespace {

struct ValidateArguments {
  std::string measurements = "published", filter, page;
  bool no_page = false;
  CacheOptions cache;
  std::optional<double> max_median, max_worst;  ///< percent
  JsonChoice json;
};

/// Where the page goes: nowhere for a part of the measurements, unless a file is named.
std::optional<std::filesystem::path> page_of(const ValidateArguments& a) {
  if (!a.page.empty()) return a.page;
  if (a.no_page || !a.filter.empty() || a.measurements != "published") return std::nullopt;
  return workflow::data_folder() / "docs" / "validation.md";
}

int verdict(const ValidateArguments& a, const workflow::ErrorSummary& all) {
  const bool too_far =
      (a.max_median && all.median * 100 > *a.max_median) || (a.max_worst && all.worst * 100 > *a.max_worst);
  if (!too_far) return 0;
  fmt::print(stderr, "inf-sim: median error {:.1f} %, worst {:.1f} % ({}), beyond what was asked\n", 100 * all.median,
             100 * all.worst, all.worst_row);
  return exit_code(ErrorKind::check_failed);
}

int validate(const ValidateArguments& a) {
  check_destinations(a.json);
  const auto page = page_of(a);
  if (page) check_writable(*page);
  workflow::RunCache cache = a.cache.open();
  workflow::Progress progress;
  const workflow::Validation validation = workflow::validate(
      workflow::find_config("measurements", a.measurements, {}, "--measurements"), a.filter, cache, progress);
  if (page) write_file_atomically(*page, workflow::validation_page(validation));
  say_notes(cache);
  emit(a.json, workflow::validation_text(validation) + (page ? fmt::format("\n{} written\n", page->string()) : ""),
       workflow::validation_json(validation));
  return verdict(a, validation.all);
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto a = std::make_shared<ValidateArguments>();
  CLI::App* command = app.add_subcommand(
      "validate", "simulate published measurements, and print how far the simulations are from them");
  command->add_option("--measurements", a->measurements, "a name in configs/measurements or a path")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--filter", a->filter, "only measurements whose id, group or model holds this")
      ->type_name("TEXT");
  CLI::Option* page =
      command->add_option("--page", a->page, "page to write; default docs/validation.md where nothing is filtered")
          ->type_name("FILE");
  command->add_flag("--no-page", a->no_page, "write no page")->excludes(page);
  command->add_option("--max-median", a->max_median, "exit code 1 when the median absolute error is larger")
      ->type_name("PERCENT")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--max-worst", a->max_worst, "exit code 1 when the worst absolute error is larger")
      ->type_name("PERCENT")
      ->check(CLI::NonNegativeNumber);
  a->cache.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return validate(*a); }; });
}

}  // namespace inf::cli
