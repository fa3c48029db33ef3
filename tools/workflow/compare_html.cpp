#include "tools/workflow/compare_html.h"

#include <string_view>

#include "tools/workflow/embedded.h"

namespace inf::workflow {
namespace {

/// "</script>" inside of a script would end it; JSON may write '/' as "\/".
std::string inside_script(const std::string& json) {
  std::string text;
  for (std::size_t i = 0; i < json.size(); ++i) {
    text += json[i];
    if (json[i] == '<' && i + 1 < json.size() && json[i + 1] == '/') text += '\\';
  }
  return text;
}

void put(std::string& page, std::string_view mark, std::string_view text) {
  page.replace(page.find(mark), mark.size(), text);
}

}  // namespace

std::string compare_html(const std::string& json) {
  std::string page(embedded::kComparePage);
  put(page, "@DATA@", inside_script(json));
  put(page, "@CHART@", embedded::kChartJs);
  return page;
}

}  // namespace inf::workflow
