#include "tools/inf-sim/sweep_parts.h"

#include <memory>

namespace inf::cli {
namespace {

struct ParetoArguments {
  std::string database;
  StoredSweepFile sweep;
  SweepExports exports;
};

int pareto(const ParetoArguments& a) {
  const workflow::sweep::Store store(a.database, workflow::sweep::Store::Access::read);
  const workflow::sweep::Sweep sweep = a.sweep.read(store);
  a.exports.check({a.database, sweep.file});
  const workflow::sweep::Results results = stored_results(sweep, store);
  a.exports.emit(sweep, results, workflow::sweep::pareto_text(sweep, results));
  return 0;
}

}  // namespace

void add_sweep_pareto(CLI::App& sweep, Action& action) {
  auto a = std::make_shared<ParetoArguments>();
  CLI::App* command =
      sweep.add_subcommand("pareto", "the Pareto front and the exports of what a database has; computes nothing");
  command->add_option("database", a->database, "what `inf-sim sweep` wrote")->required()->type_name("FILE.db");
  a->sweep.add_to(*command);
  a->exports.add_to(*command);
  command->callback([a, &action] { action = [a] { return pareto(*a); }; });
}

}  // namespace inf::cli
