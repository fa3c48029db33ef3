#include "tools/workflow/buckets.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow;
using compiler::Signature;

namespace {

/// ids [batch, seq], mask [batch, seq], image [batch, 3].
Signature signature() {
  return {"m.onnx",
          {{"ids", "int64", true, {"batch", "seq"}},
           {"mask", "float", true, {"batch", "seq"}},
           {"image", "float", true, {"batch", std::int64_t{3}}}},
          {},
          {}};
}

std::string error_of(auto&& run) {
  try {
    run();
  } catch (const Error& error) {
    CHECK(exit_code(error.kind()) == 2);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("bindings on the command line") {
  struct Row {
    const char *text, *want;
  };
  const Row rows[] = {
      {"batch=8", "batch=8"},
      {"seq=128,batch=8", "batch=8, seq=128"},
      {"batch", "--bucket batch: 'batch' is no NAME=SIZE; an example is batch=8,seq=128"},
      {"=8", "--bucket =8: '=8' is no NAME=SIZE; an example is batch=8,seq=128"},
      {"batch=8,", "--bucket batch=8,: '' is no NAME=SIZE; an example is batch=8,seq=128"},
      {"batch=eight", "--bucket batch=eight: 'batch=eight' is no NAME=SIZE; an example is batch=8,seq=128"},
      {"batch=0", "--bucket batch=0: batch=0 is outside 1..1048576"},
      {"batch=8,batch=9", "--bucket batch=8,batch=9: 'batch' is given twice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::string found;
    const std::string error = error_of([&] { found = to_string(parse_binding(row.text, "--bucket")); });
    CHECK((error == "accepted" ? found : error) == row.want);
  }
}

TEST_CASE("the smallest bucket that holds the inputs") {
  const std::vector<Binding> buckets = {{{"batch", 8}, {"seq", 128}},
                                        {{"batch", 1}, {"seq", 64}},
                                        {{"batch", 1}, {"seq", 512}},
                                        {{"batch", 8}, {"seq", 64}}};
  struct Row {
    const char* name;
    Binding sizes;
    std::size_t want;
  };
  const Row rows[] = {
      {"exactly one", {{"batch", 1}, {"seq", 64}}, 1},
      {"between two", {{"batch", 1}, {"seq", 65}}, 2},
      {"fewer elements, not a shorter axis", {{"batch", 2}, {"seq", 60}}, 3},
      {"one size unknown", {{"seq", 100}}, 2},
      {"nothing known: the smallest of all", {}, 1},
      {"the largest", {{"batch", 8}, {"seq", 128}}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(choose_bucket(buckets, row.sizes, signature()) == row.want);
  }
  CHECK(error_of([&] {
          choose_bucket({buckets[0], buckets[1]}, {{"batch", 9}, {"seq", 100}}, signature());
        }) ==
        "m.onnx: no bucket holds inputs of batch=9, seq=100\n"
        "  bucket batch=8, seq=128: batch 9 > 8\n"
        "  bucket batch=1, seq=64: batch 9 > 1, seq 100 > 64\n"
        "  add a bucket that holds batch=9, seq=100, or cut the inputs");
}

TEST_CASE("buckets are completed, their names checked") {
  const auto whole =
      whole_buckets({{{{"seq", 64}}, "w:1"}, {{{"batch", 2}, {"seq", 128}}, "w:2"}}, {{"batch", 4}}, signature());
  REQUIRE(whole.size() == 2);
  CHECK(to_string(whole[0]) == "batch=4, seq=64");
  CHECK(to_string(whole[1]) == "batch=2, seq=128");
  CHECK(error_of([] {
          whole_buckets({{{{"bach", 8}}, "w:3"}}, {}, signature());
        }) == "w:3: m.onnx has no symbolic dimension 'bach'; did you mean 'batch'?\n  it has batch, seq");
  CHECK(error_of([] {
          whole_buckets({{{{"batch", 8}}, "w:3"}}, {}, signature());
        }) ==
        "w:3: the bucket batch=8 leaves 'seq' of m.onnx open\n"
        "  name it in the bucket, or bind it for all of them: --bind seq=SIZE");
}

TEST_CASE("corners pad with zeros and cut") {
  struct Row {
    const char* name;
    NpyArray from;
    std::vector<std::int64_t> shape;
    std::vector<float> want;
  };
  const Row rows[] = {
      {"the same", {{2, 2}, {1, 2, 3, 4}}, {2, 2}, {1, 2, 3, 4}},
      {"right and bottom", {{2, 2}, {1, 2, 3, 4}}, {3, 3}, {1, 2, 0, 3, 4, 0, 0, 0, 0}},
      {"cut", {{2, 3}, {1, 2, 3, 4, 5, 6}}, {1, 2}, {1, 2}},
      {"one axis longer, one shorter", {{2, 2}, {1, 2, 3, 4}}, {1, 3}, {1, 2, 0}},
      {"one axis", {{3}, {1, 2, 3}}, {5}, {1, 2, 3, 0, 0}},
      {"first of three axes", {{1, 2, 1}, {1, 2}}, {2, 2, 1}, {1, 2, 0, 0}},
      {"a scalar", {{}, {7}}, {}, {7}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const NpyArray found = corner(row.from, row.shape);
    CHECK(found.shape == row.shape);
    CHECK(found.data == row.want);
  }
}
