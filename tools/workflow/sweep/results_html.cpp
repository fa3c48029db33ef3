#include "tools/workflow/json_parts.h"
#include "tools/workflow/page/embedded.h"
#include "tools/workflow/page/page.h"
#include "tools/workflow/sweep/page/embedded.h"
#include "tools/workflow/sweep/page_data.h"
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {
namespace {

std::string script_text(const nlohmann::ordered_json& json) {
  return inside_script(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

std::string results_html(const Sweep& sweep, const Results& results) {
  const std::string data = script_text(page_data(sweep, results));
  const std::string host = script_text(
      {{"seconds", figure(results.host.seconds)}, {"computed", results.host.computed}, {"jobs", results.host.jobs}});
  return fill_page(embedded::kSweepPage, {{"@BASE_CSS@", embedded::kBaseCss},
                                          {"@PARTS_CSS@", embedded::kPartsCss},
                                          {"@PAGE_CSS@", embedded::kSweepCss},
                                          {"@DATA@", data},
                                          {"@HOST@", host},
                                          {"@CHART@", embedded::kChartJs},
                                          {"@BASE_JS@", embedded::kBaseJs},
                                          {"@PARTS_JS@", embedded::kPartsJs},
                                          {"@PAGE_JS@", embedded::kSweepJs}});
}

}  // namespace inf::workflow::sweep
