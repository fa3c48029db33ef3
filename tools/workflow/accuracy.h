#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow {

/// How far a result lies from its reference. Sums are taken in double, in index order. All figures are NaN when any
/// compared pair holds NaN or infinity.
struct Accuracy {
  std::size_t elements = 0;
  double max_abs_error = 0, mean_abs_error = 0;
  double snr_db = 0;       ///< 10 log10(sum of reference^2 / sum of error^2); infinite when there is no error
  double correlation = 0;  ///< Pearson's; 1 for equal arrays even when they are constant
  bool finite = true;      ///< false when the result holds NaN or infinity where the reference does not
};
Accuracy compare(std::span<const float> result, std::span<const float> reference);

/// The same for each index of one axis, e.g. both score maps of [N, H/2, W/2, 2] with axis 3. A negative axis counts
/// from the back. Errors: internal when the arrays do not fill the shape.
std::vector<Accuracy> compare_along(std::span<const float> result, std::span<const float> reference,
                                    const compiler::Shape& shape, std::int64_t axis);

/// "SNR 41.2 dB, correlation 0.99996, error max 0.0123 mean 0.00045".
std::string text(const Accuracy& accuracy);

}  // namespace inf::workflow
