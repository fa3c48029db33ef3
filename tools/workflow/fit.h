#pragma once
#include <optional>
#include <vector>

#include "tools/workflow/model.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// A workload at the sizes of its inputs, and what is compiled and run for it: the same, or a bucket that holds it.
struct FittedWorkload {
  LoadedWorkload exact;
  std::optional<LoadedWorkload> bucket;  ///< graph, and inputs padded on the right and the bottom with zeros
  std::optional<Padding> padding;        ///< with buckets, an exact fit included

  const LoadedWorkload& run() const { return bucket ? *bucket : exact; }
};

/// Loads a workload, binds what its NumPy files and its picture say about symbolic dimensions, and chooses a bucket.
/// `values` as in load(). Errors: as load(), input_sizes, whole_buckets and choose_bucket.
FittedWorkload fit(const Workload& workload, bool values = true);

/// A model at one set of sizes, to compile. Without buckets there is one, whose label is empty.
struct Variant {
  std::string label;  ///< "batch-8.seq-128"
  compiler::Graph graph;
};
std::vector<Variant> load_variants(const Workload& workload);

/// An output of the fitted graph cut back to the size that the exact one has.
NpyArray crop(const FittedWorkload& fitted, std::size_t output, NpyArray array);

/// What padding alone does to the outputs: the fp32 reference of the padded inputs against that of the exact ones.
OutputAccuracy padding_effect(const FittedWorkload& fitted);

}  // namespace inf::workflow
