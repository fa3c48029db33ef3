#include "tools/inf-sim/precision.h"

namespace inf::cli {

void PrecisionOptions::add_to(CLI::App& command) {
  command
      .add_option("--auto-cast", cast,
                  "what is rounded to a narrower type: none, matmult (what enters the tensor engine) or all (stored "
                  "values too); default the file's, else all")
      ->type_name("WHAT");
  command.add_option("--auto-cast-type", type, "bf16, fp16, tf32, fp8_e4m3 or fp32; default the file's, else bf16")
      ->type_name("TYPE");
}

void PrecisionOptions::apply_to(workflow::Overrides& over) const {
  if (!cast.empty()) over.auto_cast = cast;
  if (!type.empty()) over.auto_cast_type = type;
}

}  // namespace inf::cli
