#pragma once
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// Adds what the compiler decided for one program, and how long the chip took to load what stays.
void add_weights(const compiler::WeightUse& use, const arch::ChipSpec& chip, double load_ns, Weights& sum);

/// Adds those of one of several cores, which load at the same time.
void add_weights(const Weights& core, std::optional<Weights>& sum);

/// "weights: resident 11.7 of 11.7 MB, ..." or "weights: streamed each call, ...".
std::string weights_text(const Weights& weights);

}  // namespace inf::workflow
