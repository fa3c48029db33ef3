#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/import/signature.h"
#include "tools/workflow/npy.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// "batch=8, seq=128"
std::string to_string(const Binding& binding);

/// Sizes of symbolic dimensions that a run's inputs have: what the workload binds, and the shapes of its NumPy files.
/// Errors: config where a file's shape contradicts the model, the workload or another file, naming input and axis.
Binding input_sizes(const Workload& workload, const OnnxModel& model, const compiler::Signature& signature);

/// Buckets whole: each one names every symbol of the model, those that it leaves out taken from `common`.
/// Errors: config for a name that the model does not have (with the nearest) and for a symbol that stays open.
std::vector<Binding> whole_buckets(const std::vector<WorkloadFile::Bucket>& buckets, const Binding& common,
                                   const compiler::Signature& signature);

/// The bucket that holds inputs of these sizes with the fewest input elements; the first of equals. Sizes that are not
/// known fit every bucket. Errors: usage when none holds them, listing the buckets.
std::size_t choose_bucket(const std::vector<Binding>& buckets, const Binding& sizes,
                          const compiler::Signature& signature);

/// The corner at the origin of an array, in an array of another shape with as many axes: zeros where that is larger,
/// cut on the right and the bottom where it is smaller.
NpyArray corner(const NpyArray& from, const std::vector<std::int64_t>& shape);

}  // namespace inf::workflow
