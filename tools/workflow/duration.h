#pragma once
#include <string>

namespace inf::workflow {

/// "50ms", "2.5s", "800us", "90ns" in nanoseconds; `low_ns` is the least that makes sense.
/// Errors: usage at `place`, with the value, what is allowed and an example.
double parse_duration(const std::string& text, const std::string& place, double low_ns);

}  // namespace inf::workflow
