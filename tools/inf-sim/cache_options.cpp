#include "tools/inf-sim/cache_options.h"

#include <fmt/core.h>

#include <cstdio>

namespace inf::cli {

void CacheOptions::add_to(CLI::App& command) {
  CLI::Option* given = command
                           .add_option("--cache", folder,
                                       "folder that keeps device times by content of model, chip and inf-sim; default "
                                       "$XDG_CACHE_HOME/inf-sim or ~/.cache/inf-sim")
                           ->type_name("DIR");
  command.add_flag("--no-cache", none, "simulate everything again and keep nothing")->excludes(given);
}

workflow::RunCache CacheOptions::open() const {
  if (none) return workflow::RunCache(std::nullopt);
  if (!folder.empty()) return workflow::RunCache(folder);
  return workflow::RunCache(workflow::default_cache_folder());
}

void say_notes(const workflow::RunCache& cache) {
  for (const std::string& note : cache.notes()) fmt::print(stderr, "inf-sim: {}\n", note);
}

}  // namespace inf::cli
