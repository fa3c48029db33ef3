#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/import/onnx.h"
#include "compiler/passes/graph_passes.h"
#include "isa/base/error.h"
#include "tests/compiler/import/models.h"

using namespace inf;
using namespace inf::compiler;

TEST_CASE("passes are named once, described, and run in their order") {
  Graph g = import_onnx(tests::resnet().bytes(), "resnet.onnx");
  std::vector<std::string_view> seen;
  run_graph_passes(g, {"", [&](const GraphPass& p, const Graph&, bool) { seen.push_back(p.name); }});
  const auto passes = graph_passes();
  REQUIRE(seen.size() == passes.size());
  for (std::size_t i = 0; i < passes.size(); ++i) {
    CHECK(seen[i] == passes[i].name);
    CHECK(passes[i].description.back() == '.');
    for (std::size_t j = 0; j < i; ++j) CHECK(passes[i].name != passes[j].name);
  }
}

TEST_CASE("stop_after ends the list, an unknown name lists the passes") {
  Graph g = import_onnx(tests::resnet().bytes(), "resnet.onnx");
  int ran = 0;
  run_graph_passes(g, {"fold_batch_norm", [&](const GraphPass&, const Graph&, bool) { ++ran; }});
  const auto passes = graph_passes();
  const auto last =
      std::find_if(passes.begin(), passes.end(), [](const GraphPass& p) { return p.name == "fold_batch_norm"; });
  CHECK(ran == last - passes.begin() + 1);
  try {
    run_graph_passes(g, {"fold_batchnorm", {}});
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::usage);
    CHECK(std::string(e.what()).find(
              "no graph pass is named 'fold_batchnorm'\n  passes: plain_loops, fold_constants, canonicalise, ") == 0);
  }
}

TEST_CASE("a second run finds nothing to do") {
  for (auto* build : {tests::craft, tests::resnet, tests::unet}) {
    Graph g = import_onnx(build({.opset = 13}).bytes(), "m.onnx");
    run_graph_passes(g);
    const std::string once = print(g, true);
    run_graph_passes(g, {"", [](const GraphPass& p, const Graph&, bool changed) {
                           CAPTURE(p.name);
                           CHECK_FALSE(changed);
                         }});
    CHECK(print(g, true) == once);
  }
}
