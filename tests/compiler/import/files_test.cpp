// Models as files: tensor encodings, external data, sizes beyond what fits in one protobuf buffer's defaults.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "isa/base/error.h"
#include "tests/compiler/import/build_onnx.h"

using namespace inf;
using namespace inf::compiler;
using tests::OnnxBuilder;
using tests::TensorSpec;

namespace {

/// A folder that vanishes with the test.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("inf_import_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// The constant that node y = x + w reads.
const Constant& weight_of(const Graph& g) { return *g.value(g.nodes.at(0).inputs.at(1)).constant; }

std::string message(const std::filesystem::path& file) {
  try {
    import_onnx(file);
  } catch (const Error& e) {
    return e.what();
  }
  return "imported";
}

OnnxBuilder sum(const tests::Dims& dims) {
  OnnxBuilder b(13);
  b.input("x", dims).node("Add", {"x", "w"}, {"y"}, {}, "n").output("y");
  return b;
}

}  // namespace

TEST_CASE("initialisers in every float type, raw and typed") {
  // 0.1 is not a number of any of them; each row says what is left of it
  struct Row {
    const char* type;
    float tenth;
  };
  const Row rows[] = {{"float", 0.1f}, {"double", 0.1f}, {"float16", 0.09997558594f}, {"bfloat16", 0.099609375f}};
  for (const Row& row : rows)
    for (const bool raw : {true, false}) {
      CAPTURE(row.type);
      CAPTURE(raw);
      // fp16: 65504 is the largest number, 2^-14 the smallest normal and 2^-24 the smallest one
      const TensorSpec w = {row.type, {6}, {0.1, -1.5, 0, 65504, 6.103515625e-05, 5.9604644775390625e-08}, raw};
      const Graph g = import_onnx(sum({6}).weight("w", w).bytes(), "m.onnx");
      const bool bfloat = std::string(row.type) == "bfloat16";
      CHECK(weight_of(g).floats() == std::vector<float>{row.tenth, -1.5f, 0.0f, bfloat ? 65280.0f : 65504.0f,
                                                        6.103515625e-05f, 5.9604644775390625e-08f});
    }
}

TEST_CASE("initialisers in every integer type, raw and typed") {
  for (const char* type : {"int64", "int32", "int16", "int8", "uint8", "bool"})
    for (const bool raw : {true, false}) {
      CAPTURE(type);
      CAPTURE(raw);
      const Graph g = import_onnx(OnnxBuilder(13)
                                      .input("x", {1, 1})
                                      .weight("w", {type, {2}, {1, 1}, raw})
                                      .node("Cast", {"w"}, {"shape"}, {{"to", std::int64_t{7}}})
                                      .node("Reshape", {"x", "shape"}, {"y"})
                                      .output("y")
                                      .bytes(),
                                  "m.onnx");
      CHECK(g.value(g.outputs[0]).shape == Shape{1, 1});
    }
}

TEST_CASE("external data: offsets, lengths, and what can be wrong with them") {
  const Folder folder;
  std::ofstream data(folder.path / "weights.bin", std::ios::binary);
  const float values[] = {1, 2, 3, 4};
  data.write(reinterpret_cast<const char*>(values), sizeof values);
  data.close();
  const auto file = folder.path / "m.onnx";
  const auto save = [&](const std::string& location, std::int64_t offset, std::int64_t length) {
    sum({2}).external("w", "float", {2}, location, offset, length).save(file);
  };

  save("weights.bin", 8, 8);
  CHECK(weight_of(import_onnx(file)).floats() == std::vector<float>{3, 4});
  save("weights.bin", 0, -1);
  CHECK(weight_of(import_onnx(file)).floats() == std::vector<float>{1, 2});

  struct Row {
    const char* name;
    const char* location;
    std::int64_t offset, length;
    const char* text;
  };
  const Row rows[] = {
      {"missing", "gone.bin", 0, 8,
       "cannot read external data file 'gone.bin'\n  copy the data file into the folder of the model"},
      {"short", "weights.bin", 12, 8,
       "external data 'weights.bin' has 16 bytes, bytes 12 to 20 are needed\n  the data file is truncated or belongs "
       "to another model"},
      {"wrong length", "weights.bin", 0, 4, "external data has length 4, its shape and type need 8 bytes"},
      {"negative offset", "weights.bin", -4, 8, "external data has offset -4, at least 0 is needed"},
      {"outside the folder", "../weights.bin", 0, 8,
       "external data '../weights.bin' lies outside the model's folder\n  put the data file beside the model"},
      {"no location", "", 0, 8, "external data has no location"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    save(row.location, row.offset, row.length);
    CHECK(message(file) == file.string() + ": tensor 'w': " + row.text);
  }
  try {
    import_onnx(sum({2}).external("w", "float", {2}, "weights.bin", 0, 8).bytes(), "m.onnx");
    FAIL("imported");
  } catch (const Error& e) {
    CHECK(std::string(e.what()) ==
          "m.onnx: tensor 'w': its data is in the file 'weights.bin', and the model is in memory\n  import the model "
          "from its file");
  }
}

TEST_CASE("weights of more than 64 MB, external and inside the file") {
  const Folder folder;
  const std::int64_t count = 20'000'000,
                     inner =
                         17'000'000;  // the external ones are 80 MB of zeros that take no disk: the files are sparse
  const auto data = folder.path / "big.bin", inside = folder.path / "inside.onnx",
             outside = folder.path / "outside.onnx";
  std::ofstream(data).close();
  std::filesystem::resize_file(data, static_cast<std::uintmax_t>(count) * 4);
  sum({1}).external("w", "float", {count}, "big.bin", 0, count * 4).save(outside);
  CHECK(weight_of(import_onnx(outside)).floats().size() == static_cast<std::size_t>(count));

  OnnxBuilder b = sum({1});
  b.weight("w", tests::floats({1}, {1})).zeros("unused", inner).save(inside);
  CHECK(std::filesystem::file_size(inside) > 64u << 20);
  CHECK(weight_of(import_onnx(inside)).floats() == std::vector<float>{1});
}

TEST_CASE("paths that hold no model") {
  const Folder folder;
  const std::string base = folder.path.string();
  CHECK(message(folder.path / "gone.onnx") == base +
                                                  "/gone.onnx: cannot open the ONNX file\n  check the path; a relative "
                                                  "one starts at the current folder or at the workload file");
  CHECK(message(folder.path) == base + ": is a folder, an ONNX file is needed");
  std::ofstream(folder.path / "huge.onnx").close();
  std::filesystem::resize_file(folder.path / "huge.onnx", std::uintmax_t{1} << 31);  // sparse
  CHECK(message(folder.path / "huge.onnx") ==
        base + "/huge.onnx: has 2147483648 bytes, protobuf reads at most 2 GiB\n  store the weights as external data");
  std::ofstream(folder.path / "image.png") << "\x89PNG";
  CHECK(message(folder.path / "image.png") ==
        base + "/image.png: not an ONNX file\n  expected the protobuf form of an ONNX model (*.onnx)");
}
