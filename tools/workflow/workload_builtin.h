#pragma once
#include <string>
#include <vector>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/workload.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// Every name that model.builtin and `inf-sim build` take: craft, parseq, the classifiers and the encoders.
std::vector<std::string> builtin_names();

/// "craft, parseq, resnet18 and ..."
std::string builtin_list();

/// Notes an unknown name, and keys of one built-in model that stand beside another.
void check_builtin_keys(arch::Section& root, arch::Section& model, const WorkloadFile::Model& keys,
                        arch::Problems& problems);

/// The built-in model that the file names, with sizes and batch of the file or, in their place, of the command line.
/// Errors: usage or config, at the place of the value, for what it cannot have.
ModelChoice resolve_builtin(const WorkloadFile& file, const Overrides& overrides);

}  // namespace inf::workflow
