#include <memory>

#include "tools/inf-sim/sweep_parts.h"
#include "tools/inf-sim/sweep_stores.h"

namespace inf::cli {
namespace {

struct StatusArguments {
  std::vector<std::string> databases;
  StoredSweepFile sweep;
  bool complete = false;
  JsonChoice json;
};

int sweep_status(const StatusArguments& a) {
  check_destinations(a.json);
  const SweepStores stores(a.databases);
  const workflow::sweep::Sweep sweep = a.sweep.read(*stores.each.front());
  const workflow::sweep::SweepStatus status = stores.status(sweep);
  emit(a.json, workflow::sweep::status_text(status), workflow::sweep::status_json(status));
  return a.complete && status.missing() > 0 ? 1 : 0;
}

}  // namespace

void add_sweep_status(CLI::App& sweep, Action& action) {
  auto a = std::make_shared<StatusArguments>();
  CLI::App* command = sweep.add_subcommand(
      "status", "how far a sweep is: done, failed, discarded, missing, time left; of several shards together");
  command->add_option("databases", a->databases, "of one sweep, also while they are written")
      ->required()
      ->type_name("FILE.db...");
  a->sweep.add_to(*command);
  command->add_flag("--complete", a->complete, "exit with 1 where points are missing");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return sweep_status(*a); }; });
}

}  // namespace inf::cli
