#pragma once
#include <memory>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/arch/yaml_tree.h"
#include "tools/workflow/sweep/sweep.h"
#include "tools/workflow/workload.h"

namespace inf::workflow::sweep {

/// A workload file as a tree, with a point's settings in it.
struct CaseFile {
  std::filesystem::path file;  ///< where relative paths start
  arch::YamlNode tree;
};

/// One workload at one point with everything filled in: what `inf-sim run` would see.
struct Case {
  WorkloadFile workload;  ///< with the point's settings in it
  arch::ChipSpec chip;
  arch::InstanceSpec instance;
  std::vector<arch::InstanceSpec> sizes;  ///< of the instance's file, as the report needs them
  RunOptions::Mode mode = RunOptions::Mode::timing;
  std::vector<CaseFile> files;  ///< the workload's; behind it, of a pipeline, the one that finds and the one that reads
  std::string key;  ///< hash of everything that decides the outcome: bytes of the model, values of chip and instance,
                    ///< options, mode, version of inf-sim; not names and places of files
};

/// Turns points into cases. Files are read once: what changes on disk afterwards is not seen.
class Resolver {
 public:
  /// Errors: those of reading the files; config for a setting that no point can take, at its place.
  explicit Resolver(const Sweep& sweep);
  ~Resolver();
  /// A case for each workload, in the sweep's order. Errors: config where the values do not go together; what is wrong
  /// at every point is an error of the constructor already.
  std::vector<Case> cases(const std::vector<Setting>& settings) const;

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// The key of a point: of its cases and the weights.
std::string point_key(const std::vector<Case>& cases, const std::vector<double>& weights);

/// The case as files that `inf-sim run FOLDER/W.yaml` takes: workload, chip and instance file. Returns the command.
std::string write_case(const Case& c, const std::filesystem::path& folder);

}  // namespace inf::workflow::sweep
