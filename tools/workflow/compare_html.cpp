#include "tools/workflow/compare_html.h"

#include "tools/workflow/embedded.h"
#include "tools/workflow/page/embedded.h"
#include "tools/workflow/page/page.h"

namespace inf::workflow {

std::string compare_html(const std::string& json) {
  const std::string data = inside_script(json);
  return fill_page(embedded::kComparePage, {{"@BASE_CSS@", embedded::kBaseCss},
                                            {"@DATA@", data},
                                            {"@CHART@", embedded::kChartJs},
                                            {"@BASE_JS@", embedded::kBaseJs}});
}

}  // namespace inf::workflow
