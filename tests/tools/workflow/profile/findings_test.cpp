#include "tools/workflow/profile/findings.h"

#include <doctest/doctest.h>

#include "tests/tools/workflow/profile/made_profile.h"

namespace inf::workflow {
namespace {

/// A made run on an Inferentia2 with ticks of a nanosecond.
Profile run_of(std::vector<ProfileOperator> operators, const std::vector<MadeStretch>& path) {
  Profile p = made_profile(std::move(operators), path);
  add_chip(p);
  return p;
}

ProfileOperator conv(const std::string& name, double rows, double columns, std::uint64_t macs, double tensor_ns) {
  ProfileOperator op = made_operator(name);
  op.use.macs = macs;
  op.use.busy_ns = {{"tensor", tensor_ns}};
  op.work.matmuls = 100;
  op.work.rows_used = rows;
  op.work.columns_used = columns;
  return op;
}

const Finding* holds(const std::vector<Finding>& findings, const std::string& text) {
  for (const Finding& f : findings)
    if ((f.condition + f.cause + f.advice).find(text) != std::string::npos) return &f;
  return nullptr;
}

TEST_CASE("a first layer with few input channels that waits for data is named with its reason") {
  ProfileOperator first = conv("/conv1", 0.125, 0.5, 1'000'000, 4000);
  first.use.decision = "6 taps on partitions";
  first.work.transfers = 10;
  first.work.descriptors = 100;
  first.work.dma_bytes = 1'632'000;  // 6 us at 272 bytes/ns
  const Profile p = run_of({first, conv("/conv2", 1, 1, 100'000'000, 20'000)}, {{6000, "dma", 0, "dma engine"},
                                                                                {1000, "dma", 0, "dma start"},
                                                                                {3000, "tensor", 0, "datapath"},
                                                                                {20'000, "tensor", 1, "datapath"}});
  const std::vector<Finding> findings = find(p);
  const Finding* f = holds(findings, "/conv1 takes 10.00 us");
  REQUIRE(f != nullptr);
  CHECK(f->condition.find("70.0 %") != std::string::npos);
  CHECK(f->cause.find("few input channels") != std::string::npos);
  CHECK(f->cause.find("fills 16 of the array's 128 rows") != std::string::npos);
  CHECK(f->cause.find("6 taps on partitions") != std::string::npos);
  CHECK(f->cause.find("6.000 us at the full 272.0 GB/s") != std::string::npos);
  CHECK(f->advice.find("space to depth") != std::string::npos);
  // without its transfers the array would still work for 4 us
  CHECK(f->gain_ns == doctest::Approx(6000));
  CHECK(f->gain == doctest::Approx(6000.0 / 30'000));
}

TEST_CASE("short descriptors are told from many bytes") {
  ProfileOperator op = conv("/gather", 1, 1, 1000, 100);
  op.work.transfers = 10;
  op.work.descriptors = 16'000;  // 7 us of fixed cost over 16 engines
  op.work.dma_bytes = 64'000;
  const std::vector<Finding> findings =
      find(run_of({op}, {{9000, "dma", 0, "dma data"}, {1000, "tensor", 0, "datapath"}}));
  const Finding* f = holds(findings, "descriptors of 4.000 B");
  REQUIRE(f != nullptr);
  CHECK(f->cause.find("7.000 us for the fixed 7 ns") != std::string::npos);
  CHECK(f->advice.find("longer contiguous runs") != std::string::npos);
}

TEST_CASE("weights that every call loads") {
  struct Row {
    const char* name;
    const char* weights;
    std::int64_t bytes;
    const char* advice;
    double gain_ns;
  };
  const Row rows[] = {
      {"kept out of SBUF by choice", "stream", 1'000'000, "--weights automatic", 1000},
      // SBUF cannot hold them: twice the inputs share what is loaded
      {"too many to keep", "stream", 100'000'000, "--batch 2", 500},
      {"the compiler saw no gain", "automatic", 1'000'000, "--batch 2", 500},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ProfileOperator op = conv("/fc", 1, 1, 1000, 100);
    op.use.dram_read = row.bytes;
    Profile p = run_of({op}, {{1000, "dma", 0, "dma data"}, {1000, "tensor", 0, "datapath"}});
    p.settings.emplace_back("weights", row.weights);
    p.weights = Weights{.bytes = row.bytes, .streamed = row.bytes, .stream_ns = 5000, .bytes_per_ns = 272};
    const std::vector<Finding> findings = find(p);
    const Finding* f = holds(findings, "each call loads");
    REQUIRE(f != nullptr);
    CHECK(f->advice.find(row.advice) != std::string::npos);
    CHECK(f->gain_ns == doctest::Approx(row.gain_ns));
  }
}

TEST_CASE("waits that more inputs would share") {
  Profile p = run_of({made_operator("/loop")},
                     {{600, "dma", 0, "dma start"}, {200, "vector", 0, "latency"}, {200, "vector", 0, "datapath"}});
  p.settings.emplace_back("batch", "4");
  const std::vector<Finding> findings = find(p);
  const Finding* f = holds(findings, "80.0 % of the latency");
  REQUIRE(f != nullptr);
  CHECK(f->cause.find("through device memory: dma start 600.0 ns, latency 200.0 ns") != std::string::npos);
  CHECK(f->advice.find("--batch 8") != std::string::npos);
  CHECK(f->gain_ns == doctest::Approx(400));
}

TEST_CASE("an array that is not filled gains no more than its next limit leaves") {
  ProfileOperator op = conv("/wide", 0.25, 1, 1'000'000, 1000);
  std::vector<Finding> findings = find(run_of({op}, {{1000, "tensor", 0, "datapath"}}));
  const Finding* f = holds(findings, "32 of 128 rows");
  REQUIRE(f != nullptr);
  CHECK(f->gain_ns == doctest::Approx(750));
  op.use.busy_ns.emplace_back("scalar", 900);
  findings = find(run_of({op}, {{1000, "tensor", 0, "datapath"}}));
  f = holds(findings, "32 of 128 rows");
  REQUIRE(f != nullptr);
  CHECK(f->gain_ns == doctest::Approx(100));
}

TEST_CASE("weight switches count where matmuls are short") {
  struct Row {
    const char* name;
    double tensor_ns;  ///< of 100 matmuls at 2.8 GHz
    bool found;
  };
  const Row rows[] = {{"64 cycles each", 64 / 0.028, true}, {"512 cycles each", 512 / 0.028, false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Profile p = run_of({conv("/m", 1, 1, 1000, row.tensor_ns)},
                       {{500, "tensor", 0, "datapath"}, {500, "tensor", 0, "weight switch"}});
    p.settings.emplace_back("chip.tensor.max_moving", "512");
    CHECK((holds(find(p), "changes weights") != nullptr) == row.found);
  }
}

TEST_CASE("fp32 operands pass the array several times") {
  Profile p = run_of({conv("/m", 1, 1, 1000, 1000)}, {{1000, "tensor", 0, "datapath"}});
  CHECK(holds(find(p), "fp32") == nullptr);
  p.precision = "fp32";
  const std::vector<Finding> findings = find(p);
  const Finding* f = holds(findings, "--auto-cast matmult");
  REQUIRE(f != nullptr);
  CHECK(f->gain_ns == doctest::Approx(750));
}

TEST_CASE("host segments, table loads and ports are named with their time") {
  const Profile p = run_of({made_operator("/a")}, {{100, "host", -1, "other"},
                                                   {200, "scalar", 0, "table load"},
                                                   {300, "vector", 0, "port"},
                                                   {400, "tensor", 0, "datapath"}});
  const std::vector<Finding> findings = find(p);
  struct Row {
    const char* text;
    double gain_ns;
  };
  for (const Row& row : {Row{"on the host", 100}, Row{"function tables", 200}, Row{"memory port", 300}}) {
    CAPTURE(row.text);
    const Finding* f = holds(findings, row.text);
    REQUIRE(f != nullptr);
    CHECK(f->gain_ns == doctest::Approx(row.gain_ns));
  }
  CHECK(findings.front().gain_ns >= findings.back().gain_ns);
}

TEST_CASE("a run at its limits has no findings, and no run has more than four") {
  CHECK(find(run_of({conv("/m", 1, 1, 1000, 1000)}, {{1000, "tensor", 0, "datapath"}})).empty());
  CHECK(find(Profile{}).empty());
  Profile many = run_of({conv("/m", 0.3, 0.3, 1000, 500)}, {{100, "host", -1, "other"},
                                                            {200, "scalar", 0, "table load"},
                                                            {300, "vector", 0, "port"},
                                                            {400, "vector", 0, "latency"},
                                                            {300, "vector", 0, "datapath"},
                                                            {500, "tensor", 0, "datapath"}});
  const std::vector<Finding> findings = find(many);
  CHECK(findings.size() == 4);
  for (std::size_t i = 1; i < findings.size(); ++i) CHECK(findings[i - 1].gain_ns >= findings[i].gain_ns);
}

}  // namespace
}  // namespace inf::workflow
