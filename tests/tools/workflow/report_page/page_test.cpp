#include <doctest/doctest.h>

#include "tools/workflow/page/embedded.h"
#include "tools/workflow/page/page.h"
#include "tools/workflow/report_page/embedded.h"

using namespace inf::workflow;

TEST_CASE("marks of a page") {
  struct Row {
    const char *name, *page, *want;
  };
  const Row rows[] = {
      {"none", "plain", "plain"},
      {"one", "a@X@b", "a1b"},
      {"two, in any order", "@Y@@X@", "@X@1"},  // a mark inside of a part stays
      {"every occurrence", "@X@ @X@", "1 1"},
      {"unknown", "@Z@", "@Z@"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(fill_page(row.page, {{"@X@", "1"}, {"@Y@", "@X@"}}) == row.want);
  }
}

TEST_CASE("texts cannot end a script") {
  CHECK(inside_script(R"({"a": "</script><!--<script>"})") == R"({"a": "\u003c/script>\u003c!--\u003cscript>"})");
}

TEST_CASE("base 64") {
  struct Row {
    std::string bytes, want;
  };
  const Row rows[] = {{"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
                      {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe", "//4="}};
  for (const Row& row : rows) CHECK(png_uri(row.bytes) == "data:image/png;base64," + row.want);
}

TEST_CASE("the report page has every mark once and asks for nothing from elsewhere") {
  const std::string_view page = embedded::kReportPage;
  for (const char* mark : {"@BASE_CSS@", "@PAGE_CSS@", "@DATA@", "@HOST@", "@CHART@", "@BASE_JS@", "@PAGE_JS@"}) {
    CAPTURE(mark);
    CHECK(page.find(mark) != std::string_view::npos);
    CHECK(page.find(mark) == page.rfind(mark));
  }
  for (const std::string_view part :
       {page, embedded::kReportCss, embedded::kReportJs, embedded::kBaseCss, embedded::kBaseJs})
    for (const char* sign : {"http://", "https://", "@import", "fetch(", "innerHTML"}) {
      CAPTURE(sign);
      CHECK(part.find(sign) == std::string_view::npos);
    }
}
