#pragma once
#include <cstdint>

#include "tools/workflow/workload.h"

namespace inf::workflow {

/// Makes the model one of this batch: the leading size of every input, open or exported for another batch, and of every
/// bucket that names it.
/// Errors: with buckets usage where an input's first axis has another size for good; those of reading the file. Whether
/// the model takes the batch shows when it is imported.
void bind_batch(OnnxModel& model, std::int64_t batch);

}  // namespace inf::workflow
