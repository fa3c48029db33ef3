#include "tools/inf-sim/model_options.h"

namespace inf::cli {

void ModelOptions::add_to(CLI::App& command) {
  command.add_option("--bind", bind, "size of a symbolic dimension of the model; may be repeated")
      ->type_name("NAME=SIZE[,...]")
      ->expected(1)
      ->take_all();
  command
      .add_option("--bucket", buckets,
                  "sizes that a program is made for; may be repeated, the smallest that holds the inputs runs")
      ->type_name("NAME=SIZE[,...]")
      ->expected(1)
      ->take_all();
  command.add_option("--host-ops", host_operators, "operators that the chip cannot run: forbid, or allow on the host")
      ->type_name("forbid|allow");
}

void ModelOptions::put_into(workflow::Overrides& overrides) const {
  overrides.bind = bind;
  overrides.buckets = buckets;
  if (!host_operators.empty()) overrides.host_operators = host_operators;
}

}  // namespace inf::cli
