#pragma once
#include <string_view>

namespace inf::workflow::embedded {

/// The page of a comparison, which the program carries; embedded.cpp.in becomes its source when the build is
/// configured.
extern const std::string_view kComparePage;

}  // namespace inf::workflow::embedded
