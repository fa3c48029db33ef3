#include "tools/workflow/sweep/reasons.h"

#include <doctest/doctest.h>

#include "tests/tools/workflow/sweep/fake_results.h"

namespace inf::workflow::sweep {
namespace {

CaseOutcome short_of(const char* what, double needed, double available, const char* unit, const char* knob) {
  CaseOutcome outcome;
  outcome.status = Status::infeasible;
  outcome.shortfall = {what, needed, available, unit, knob};
  return outcome;
}

CaseOutcome failed(Status status, const char* reason) {
  CaseOutcome outcome;
  outcome.status = status;
  outcome.reason = reason;
  return outcome;
}

constexpr const char* kSbuf = "chip.sbuf.bytes_per_partition";

TEST_CASE("why points failed, in groups") {
  const struct {
    const char* name;
    std::vector<CaseOutcome> outcomes;
    std::vector<std::string> want;
  } rows[] = {
      {"nothing failed", {failed(Status::discarded, "bound"), failed(Status::missing, "")}, {}},
      {"one inequality",
       {short_of("SBUF per partition", 219136, 196608, "B", kSbuf)},
       {"1: SBUF per partition 214.0 KiB needed, 192.0 KiB there; chip.sbuf.bytes_per_partition closes it"}},
      {"the same inequality with other figures",
       {short_of("SBUF per partition", 219136, 196608, "B", kSbuf),
        short_of("SBUF per partition", 202752, 196608, "B", kSbuf)},
       {"2: SBUF per partition 198.0 KiB to 214.0 KiB needed, 192.0 KiB there; chip.sbuf.bytes_per_partition closes "
        "it"}},
      {"another knob is another group, most points first",
       {short_of("cores", 4, 2, "-", "chip.cores"), short_of("cores", 4, 2, "-", "workload.cores"),
        short_of("cores", 8, 2, "-", "workload.cores")},
       {"2: cores 4 to 8 needed, 2 there; workload.cores closes it",
        "1: cores 4 needed, 2 there; chip.cores closes it"}},
      {"words that differ in numbers alone",
       {failed(Status::infeasible, "node 12: kernel 3 x 3"), failed(Status::infeasible, "node 7: kernel 5 x 5"),
        failed(Status::infeasible, "node 7: stride")},
       {"2: node 12: kernel 3 x 3 (and the like)", "1: node 7: stride"}},
      {"a crash is not a time-out",
       {failed(Status::crashed, "signal 9"), failed(Status::timed_out, "signal 9")},
       {"1: signal 9", "1: signal 9"}},
      {"no knob",
       {short_of("HBM", 3 * 1024.0 * 1024 * 1024, 1024.0 * 1024 * 1024, "B", "")},
       {"1: HBM 3.0 GiB needed, 1.0 GiB there"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Results results;
    for (const CaseOutcome& outcome : row.outcomes) {
      results.rows.emplace_back();
      results.rows.back().outcome = outcome;
    }
    std::vector<std::string> found;
    for (const ReasonGroup& group : reason_groups(results))
      found.push_back(std::to_string(group.rows.size()) + ": " + group.text());
    CHECK(found == row.want);
  }
}

}  // namespace
}  // namespace inf::workflow::sweep
