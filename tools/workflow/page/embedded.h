#pragma once
#include <string_view>

namespace inf::workflow::embedded {

/// Parts that every page shares, which the program carries; embedded.cpp.in becomes their source when the build is
/// configured.
extern const std::string_view kBaseCss;
extern const std::string_view kBaseJs;
/// Of pages with sections: figures, tables that sort, charts that follow the colours, a line of links.
extern const std::string_view kPartsCss;
extern const std::string_view kPartsJs;
/// Chart.js as Debian packages it (libjs-chart.js), MIT licence.
extern const std::string_view kChartJs;

}  // namespace inf::workflow::embedded
