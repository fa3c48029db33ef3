#pragma once
#include <string>
#include <vector>

#include "isa/program/program.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/model.h"

namespace inf::workflow {

/// The model's inputs in the bytes and the order that a program takes. Errors: internal when the program has others.
std::vector<sim::TensorData> device_inputs(const isa::ProgramImage& image, const std::vector<ModelInput>& inputs);

/// An output of a run, widened to fp32. Errors: internal when the program has none of that name.
std::vector<float> output_values(const isa::ProgramImage& image, const sim::SimResult& run, const std::string& name);

}  // namespace inf::workflow
