#pragma once
#include <string_view>

namespace inf::workflow::embedded {

/// The report page, which the program carries; embedded.cpp.in becomes its source when the build is configured.
extern const std::string_view kReportPage;
extern const std::string_view kReportCss;
/// The scripts of the page, one behind the other.
extern const std::string_view kReportJs;

}  // namespace inf::workflow::embedded
