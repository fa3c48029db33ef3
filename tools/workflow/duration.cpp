#include "tools/workflow/duration.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "isa/base/error.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

constexpr double kMostNs = 1e15;  // eleven days

struct Unit {
  std::string_view name;
  double ns;
};
constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

}  // namespace

double parse_duration(const std::string& text, const std::string& place, double low_ns) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (read.ec == std::errc() && std::isfinite(value))
    for (const Unit& known : kUnits) {
      if (unit != known.name) continue;
      const double ns = value * known.ns;
      if (ns >= low_ns && ns <= kMostNs) return ns;
      throw Error(ErrorKind::usage, place,
                  fmt::format("{} is outside {}..{}", text, duration(low_ns), duration(kMostNs)));
    }
  throw Error(ErrorKind::usage, place,
              fmt::format("'{}' is no duration; write a number and its unit (ns, us, ms or s), such as 50ms", text));
}

}  // namespace inf::workflow
