#include <fmt/core.h>

#include <memory>

#include "isa/base/error.h"
#include "tools/inf-sim/sweep_parts.h"
#include "tools/inf-sim/sweep_stores.h"

namespace inf::cli {
namespace {

namespace fs = std::filesystem;
using workflow::sweep::Store;

struct MergeArguments {
  std::string out;
  std::vector<std::string> databases;
  StoredSweepFile sweep;
  JsonChoice json;
};

/// Nothing is written before all of them are known to go together, what is in the output already included.
int sweep_merge(const MergeArguments& a) {
  check_destinations(a.json);
  std::vector<std::string> inputs = a.databases;
  std::error_code none;
  for (const std::string& input : inputs)
    if (fs::equivalent(input, a.out, none))
      throw Error(ErrorKind::usage, "-o", fmt::format("'{}' is among the databases to merge; name another", a.out));
  if (fs::exists(a.out, none)) inputs.push_back(a.out);
  const SweepStores stores(inputs);
  const Store& first = *stores.each.front();
  const workflow::sweep::Sweep sweep = a.sweep.read(first);
  const workflow::sweep::SweepStatus status = stores.status(sweep);
  Store out(a.out, Store::Access::write);
  out.merge(stores.together());
  out.put_sweep(first.sweep_yaml(), first.sweep_file());
  out.put_note(kPruneNote, stores.prune_note());
  std::string text = workflow::sweep::status_text(status);
  text += fmt::format("\n{}: what all of them have; inf-sim sweep pareto {} shows it\n", a.out, a.out);
  emit(a.json, text, workflow::sweep::status_json(status));
  return 0;
}

}  // namespace

void add_sweep_merge(CLI::App& sweep, Action& action) {
  auto a = std::make_shared<MergeArguments>();
  CLI::App* command = sweep.add_subcommand("merge", "puts the databases of a sweep's shards together");
  command->add_option("-o,--out", a->out, "takes over what the others have; made where there is none")
      ->required()
      ->type_name("ALL.db");
  command->add_option("databases", a->databases, "of one sweep; they stay as they are")
      ->required()
      ->type_name("FILE.db...");
  a->sweep.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return sweep_merge(*a); }; });
}

}  // namespace inf::cli
