#include "tools/workflow/report_page/report_page.h"

#include "isa/arch/chip_config.h"
#include "tools/workflow/page/embedded.h"
#include "tools/workflow/page/page.h"
#include "tools/workflow/report_page/embedded.h"
#include "tools/workflow/report_page/parts.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The document of the run without what the page has elsewhere.
Json run_part(const PageSource& source, Json& host) {
  Json run = Json::parse(source.document);
  host = run["host"];
  run.erase("host");
  run.erase("operators");
  run.erase("files");
  return run;
}

}  // namespace

std::string report_page(const PageSource& source) {
  Json host;
  Json data = {{"document", "inf-sim report"}, {"version", 1}, {"run", run_part(source, host)}};
  if (source.profile) {
    const page::Calls calls(*source.profile);
    const arch::ChipSpec chip = arch::load_chip(source.workload.chip);
    data["profile"] = page::profile(calls, chip, source.workload.precision.compute);
    data["words"] = page::words();
    data["operators"] = page::operators(calls, source.record);
    data["breakdown"] = page::breakdown(calls.profile);
    data["timeline"] = page::timeline(calls, source.record);
    data["usage"] = page::usage(calls.profile);
  }
  data["comparison"] = page::comparison(source);
  data["configuration"] = page::configuration(source);
  const std::string json = inside_script(compact(data)), host_json = inside_script(compact(host));
  return fill_page(embedded::kReportPage, {{"@BASE_CSS@", embedded::kBaseCss},
                                           {"@PARTS_CSS@", embedded::kPartsCss},
                                           {"@PAGE_CSS@", embedded::kReportCss},
                                           {"@DATA@", json},
                                           {"@HOST@", host_json},
                                           {"@CHART@", embedded::kChartJs},
                                           {"@BASE_JS@", embedded::kBaseJs},
                                           {"@PARTS_JS@", embedded::kPartsJs},
                                           {"@PAGE_JS@", embedded::kReportJs}});
}

}  // namespace inf::workflow
