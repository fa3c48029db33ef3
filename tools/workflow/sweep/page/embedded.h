#pragma once
#include <string_view>

namespace inf::workflow::embedded {

/// The page of a sweep, which the program carries; embedded.cpp.in becomes its source when the build is configured.
extern const std::string_view kSweepPage;
extern const std::string_view kSweepCss;
extern const std::string_view kSweepJs;

}  // namespace inf::workflow::embedded
