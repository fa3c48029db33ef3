#include "tools/inf-sim/model_options.h"

#include "tools/workflow/workload_fields.h"

namespace inf::cli {

void ModelOptions::add_to(CLI::App& command) {
  const workflow::WorkloadField& field = workflow::workload_field("model.batch");
  command.add_option("--batch", batch, "inputs per call, in place of the file's")
      ->check(CLI::Range(static_cast<std::int64_t>(field.low), static_cast<std::int64_t>(field.high)))
      ->type_name("N");
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
  command
      .add_option(
          "--weights", weights,
          "weights stay in SBUF from call to call as far as they fit and gain, or each call loads them; default "
          "the file's, else automatic")
      ->type_name("automatic|stream");
}

void ModelOptions::put_into(workflow::Overrides& overrides) const {
  overrides.batch = batch;
  overrides.bind = bind;
  overrides.buckets = buckets;
  if (!weights.empty()) overrides.weights = weights;
  if (!host_operators.empty()) overrides.host_operators = host_operators;
}

}  // namespace inf::cli
