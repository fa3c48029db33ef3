#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/arch/yaml_reader.h"
#include "tools/workflow/workload.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// The keys of a workload's model section that only the built-in parseq takes.
void read_parseq_keys(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems);

/// Errors: usage or config, at the place of the value, for what no PARSeq can have.
BuiltinParseq resolve_parseq(const WorkloadFile& file, const Overrides& overrides, workloads::WeightChoice weights);

/// What to build for one of a workload's modes; the loop leaves early where the chip has control flow.
workloads::ParseqOptions parseq_options(const BuiltinParseq& parseq, workloads::ParseqMode mode,
                                        const arch::ChipSpec& chip);

}  // namespace inf::workflow
