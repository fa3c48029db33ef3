#include "tools/workflow/accuracy.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

// Sums over the compared pairs; means are subtracted at the end, which double carries for any map that fits memory.
class Sums {
 public:
  void add(float result, float reference) {
    const double a = result, b = reference, error = a - b;
    if (!std::isfinite(a) && std::isfinite(b)) finite_ = false;
    ++n_;
    max_ = std::max(max_, std::abs(error));
    abs_ += std::abs(error);
    squared_ += error * error;
    a_ += a, b_ += b, aa_ += a * a, bb_ += b * b, ab_ += a * b;
  }

  Accuracy accuracy() const {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    if (!finite_ || !std::isfinite(abs_)) return {n_, kNan, kNan, kNan, kNan, finite_};
    if (n_ == 0) return {0, 0, 0, std::numeric_limits<double>::infinity(), 1, true};
    const double n = static_cast<double>(n_);
    const double snr = squared_ > 0 ? 10 * std::log10(bb_ / squared_) : std::numeric_limits<double>::infinity();
    const double covariance = ab_ - a_ * b_ / n, spread = std::sqrt((aa_ - a_ * a_ / n) * (bb_ - b_ * b_ / n));
    const double correlation = squared_ == 0 ? 1 : spread > 0 ? std::min(1.0, std::max(-1.0, covariance / spread)) : 0;
    return {n_, max_, abs_ / n, snr, correlation, true};
  }

 private:
  std::size_t n_ = 0;
  double max_ = 0, abs_ = 0, squared_ = 0, a_ = 0, b_ = 0, aa_ = 0, bb_ = 0, ab_ = 0;
  bool finite_ = true;
};

void check_sizes(std::size_t result, std::size_t reference, std::size_t want) {
  if (result == want && reference == want) return;
  throw Error(ErrorKind::internal, "accuracy",
              fmt::format("{} results and {} reference values, where {} are compared", result, reference, want));
}

}  // namespace

Accuracy compare(std::span<const float> result, std::span<const float> reference) {
  check_sizes(result.size(), reference.size(), reference.size());
  Sums sums;
  for (std::size_t i = 0; i < result.size(); ++i) sums.add(result[i], reference[i]);
  return sums.accuracy();
}

std::vector<Accuracy> compare_along(std::span<const float> result, std::span<const float> reference,
                                    const compiler::Shape& shape, std::int64_t axis) {
  const auto at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis);
  std::size_t inner = 1, total = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    total *= static_cast<std::size_t>(shape[i]);
    if (i > at) inner *= static_cast<std::size_t>(shape[i]);
  }
  check_sizes(result.size(), reference.size(), total);
  const auto channels = static_cast<std::size_t>(shape.at(at));
  std::vector<Sums> sums(channels);
  for (std::size_t i = 0; i < total; ++i) sums[i / inner % channels].add(result[i], reference[i]);
  std::vector<Accuracy> all;
  for (const Sums& s : sums) all.push_back(s.accuracy());
  return all;
}

std::string text(const Accuracy& a) {
  if (!a.finite) return "holds NaN or infinity where the reference does not";
  if (std::isnan(a.snr_db)) return "the reference holds NaN or infinity";
  return fmt::format("SNR {:.1f} dB, correlation {:.5f}, error max {:.3g} mean {:.3g}", a.snr_db, a.correlation,
                     a.max_abs_error, a.mean_abs_error);
}

}  // namespace inf::workflow
