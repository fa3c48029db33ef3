// --batch: the leading size of every input in place of the model's own.
#include <doctest/doctest.h>

#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "isa/base/error.h"
#include "tests/compiler/import/build_onnx.h"

using namespace inf;
using namespace inf::compiler;
using tests::Attr;
using tests::ints;
using tests::OnnxBuilder;

namespace {

/// x -> Reshape(sizes) -> MatMul [6, 4] -> y, exported at `batch`; 0: open, named "n".
std::string model(std::int64_t batch, std::vector<double> sizes, std::int64_t declared) {
  OnnxBuilder b;
  b.input("x", {batch, 2, 3}, "float", {"n", "", ""});
  b.weight("sizes", ints(std::move(sizes)));
  b.weight("w", tests::noise({6, 4}, 1));
  b.node("Reshape", {"x", "sizes"}, {"flat"}, {}, "flatten");
  b.node("MatMul", {"flat", "w"}, {"y"});
  b.output("y", {declared, 4});
  return b.bytes();
}

ImportOptions at(std::int64_t batch) {
  ImportOptions options;
  options.batch = batch;
  return options;
}

}  // namespace

TEST_CASE("an open or fixed leading size becomes the batch") {
  struct Row {
    const char* name;
    std::int64_t own;
    std::vector<double> sizes;
  };
  const Row rows[] = {
      {"open", 0, {-1, 6}},
      {"exported at 1, sizes that follow", 1, {-1, 6}},
      {"exported at 4, and asked for less", 4, {0, 6}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Graph g = import_onnx(model(row.own, row.sizes, row.own), "m.onnx", at(3));
    CHECK(g.value(g.inputs[0]).shape == Shape{3, 2, 3});
    CHECK(g.value(g.outputs[0]).shape == Shape{3, 4});
  }
}

TEST_CASE("a batch that is fixed inside is refused, naming the node") {
  try {
    import_onnx(model(1, {1, 6}, 1), "m.onnx", at(4));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(exit_code(error.kind()) == 2);
    CHECK(error.where().find("flatten") != std::string::npos);
    CHECK(error.message().find("does not take batch 4: ") != std::string::npos);
    REQUIRE(error.notes().size() == 2);
    CHECK(error.notes()[0] == "at its own batch of 1 the model is fine: that number is fixed inside");
    CHECK(error.notes()[1].find("dynamic_axes") != std::string::npos);
  }
}

TEST_CASE("a model that works but mixes the batch is refused") {
  OnnxBuilder b;
  b.input("x", {1, 2, 6});
  b.weight("sizes", ints({1, -1, 6}));
  b.node("Reshape", {"x", "sizes"}, {"y"}).output("y", {1, 2, 6});
  try {
    import_onnx(b.bytes(), "m.onnx", at(4));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where() == "m.onnx: output 'y'");
    CHECK(error.message().find("mixes or drops the batch") != std::string::npos);
  }
}

TEST_CASE("inputs that lead with different sizes have no batch") {
  OnnxBuilder b;
  b.input("x", {1, 4}).input("scale", {4});
  b.node("Mul", {"x", "scale"}, {"y"}).output("y", {1, 4});
  try {
    import_onnx(b.bytes(), "m.onnx", at(2));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(exit_code(error.kind()) == 2);
    CHECK(error.message() == "inputs lead with different sizes, 1 of 'x' and 4 of 'scale': which is the batch?");
  }
}

TEST_CASE("an error that has nothing to do with the batch stays as it is") {
  OnnxBuilder b;
  b.input("x", {1, 4}).node("Mystery", {"x"}, {"y"}).output("y", {1, 4});
  try {
    import_onnx(b.bytes(), "m.onnx", at(2));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.message().find("batch") == std::string::npos);
  }
}
