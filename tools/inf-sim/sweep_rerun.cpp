#include <memory>

#include "tools/inf-sim/sweep_parts.h"
#include "tools/workflow/sweep/repeat.h"

namespace inf::cli {
namespace {

struct RerunArguments {
  std::string key, database, save;
  StoredSweepFile sweep;
  JsonChoice json;
};

int sweep_rerun(const RerunArguments& a) {
  check_destinations(a.json, a.save);
  const workflow::sweep::Store store(a.database, workflow::sweep::Store::Access::read);
  const workflow::sweep::Sweep sweep = a.sweep.read(store);
  workflow::sweep::Repetition repetition = workflow::sweep::find_point(sweep, store, a.key);
  workflow::sweep::repeat(sweep, store, repetition);
  const std::filesystem::path folder = a.save;
  for (std::size_t i = 0; !a.save.empty() && i < repetition.cases.size(); ++i) {
    const bool several = repetition.cases.size() > 1;
    const auto place = several ? folder / sweep.workloads[i].name : folder;
    repetition.commands.push_back(workflow::sweep::write_case(repetition.cases[i], place));
  }
  emit(a.json, workflow::sweep::repetition_text(repetition), workflow::sweep::repetition_json(repetition));
  return repetition.same() ? 0 : 1;
}

}  // namespace

void add_sweep_rerun(CLI::App& sweep, Action& action) {
  auto a = std::make_shared<RerunArguments>();
  CLI::App* command = sweep.add_subcommand(
      "rerun", "computes a point anew and compares it with the database; exit code 1 where a bit differs");
  command->add_option("key", a->key, "of the point, or a beginning that no other shares")->required()->type_name("KEY");
  command->add_option("--db", a->database, "what `inf-sim sweep` wrote")->required()->type_name("FILE.db");
  command->add_option("--save", a->save, "write the point as files there, for inf-sim run, and name the command")
      ->type_name("FOLDER");
  a->sweep.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return sweep_rerun(*a); }; });
}

}  // namespace inf::cli
