#pragma once
#include "isa/arch/yaml_reader.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// The keys of a workload's model section that size what an ONNX file leaves open: symbols, shapes and buckets. Their
/// own keys are names of the model, so the section reader's list of known keys does not apply to them.
void read_model_sizes(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems);

}  // namespace inf::workflow
