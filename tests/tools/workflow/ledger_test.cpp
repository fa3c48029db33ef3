#include "tools/workflow/ledger.h"

#include <doctest/doctest.h>

using namespace inf::compiler;
using namespace inf::workflow;

TEST_CASE("nodes are counted by type and fate, in the order of their first node") {
  const std::vector<LedgerEntry> ledger = {{"a", "Conv", Fate::compiled, "", 0}, {"b", "Relu", Fate::fused, "a", 0},
                                           {"c", "Conv", Fate::compiled, "", 0}, {"d", "Shape", Fate::folded, "", 0},
                                           {"e", "Conv", Fate::refused, "", 0},  {"f", "Relu", Fate::host, "", 0}};
  const std::vector<LedgerRow> rows = count_ledger(ledger);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].type == "Conv");
  CHECK(rows[0].compiled == 2);
  CHECK(rows[0].refused == 1);
  CHECK(rows[1].fused == 1);
  CHECK(rows[1].host == 1);
  CHECK(rows[2].folded == 1);
  CHECK(ledger_text(rows) ==
        "  ONNX operator  nodes  compiled  fused  folded  host  refused\n"
        "  Conv               3         2      -       -     -        1\n"
        "  Relu               2         -      1       -     1        -\n"
        "  Shape              1         -      -       1     -        -\n"
        "  all                6         2      1       1     1        1\n");
}
