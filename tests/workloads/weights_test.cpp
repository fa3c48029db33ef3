#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "tests/workloads/files.h"
#include "workloads/weights/onnx_initialisers.h"
#include "workloads/weights/random.h"
#include "workloads/weights/safetensors.h"

using namespace inf;
using namespace inf::workloads;
using namespace std::string_literals;

TEST_CASE("counter random: the definition, as a second implementation computes it") {
  struct Row {
    const char* name;
    std::uint64_t seed;
    const char* tensor;
    std::uint64_t index, want;
  };
  const Row rows[] = {
      {"first value", 1, "basenet.slice1.0.weight", 0, 0x08aefb32b6e4a339},
      {"next value", 1, "basenet.slice1.0.weight", 1, 0x5f86a720d54bbb0e},
      {"other seed", 2, "basenet.slice1.0.weight", 0, 0x6e45bd11381f604a},
      {"other tensor", 1, "conv_cls.8.bias", 0, 0x65f0b9e69744e40e},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(CounterRandom(row.seed, row.tensor).bits(row.index) == row.want);
  }
}

TEST_CASE("counter random: moments of a million values") {
  const CounterRandom random(5, "moments");
  double sum = 0, squares = 0, low = 1, high = 0;
  constexpr int kCount = 1'000'000;
  for (int i = 0; i < kCount; ++i) {
    const double n = random.normal(static_cast<std::uint64_t>(i));
    sum += n, squares += n * n;
    const double u = random.uniform(static_cast<std::uint64_t>(i), 0, 1);
    low = std::min(low, u), high = std::max(high, u);
  }
  CHECK(std::abs(sum / kCount) < 0.005);
  CHECK(squares / kCount == doctest::Approx(1).epsilon(0.005));
  CHECK(low < 1e-5);
  CHECK(high > 1 - 1e-5);
  CHECK(high < 1);
}

TEST_CASE("safetensors: every float type, widened") {
  struct Row {
    const char* dtype;
    std::string bytes;
    float want;
  };
  const Row rows[] = {
      {"F32", "\x00\x00\xc0\x3f"s, 1.5F},
      {"F16", "\x00\x3e"s, 1.5F},
      {"F16", "\x01\x00"s, 0x1p-24F},   // the smallest subnormal
      {"F16", "\xff\xfb"s, -65504.0F},  // the largest finite value
      {"F16", "\x00\x7c"s, INFINITY},
      {"BF16", "\xc0\x3f"s, 1.5F},
      {"F64", "\x00\x00\x00\x00\x00\x00\xf8\x3f"s, 1.5F},
      {"F64", "\x01\x00\x00\x00\x00\x00\xf0\x3f"s, 1.0F},  // rounded to nearest
  };
  const test::ScratchFolder folder("safetensors_types");
  for (const Row& row : rows) {
    CAPTURE(row.dtype);
    const std::string header =
        fmt::format(R"({{"__metadata__":{{"by":"test"}},"x":{{"dtype":"{}","shape":[1,1],"data_offsets":[0,{}]}}}})",
                    row.dtype, row.bytes.size());
    const TensorMap tensors = read_safetensors(folder.write("x.safetensors", test::safetensors(header, row.bytes)));
    REQUIRE(tensors.size() == 1);
    CHECK(tensors.at("x").shape == std::vector<std::int64_t>{1, 1});
    CHECK(tensors.at("x").data == std::vector<float>{row.want});
  }
}

TEST_CASE("safetensors: files that are not whole or not such files") {
  const auto entry = [](const std::string& body) { return fmt::format(R"({{"x":{}}})", body); };
  struct Row {
    const char* name;
    std::string bytes, want;
  };
  const Row rows[] = {
      {"empty", "", "only 0 bytes long"},
      {"shorter than the length", "\x10\x00\x00"s, "only 3 bytes long"},
      {"header cut off", "\x40\x00\x00\x00\x00\x00\x00\x00{}"s, "states a header of 64 bytes, but only 2 bytes follow"},
      {"a text file", "this is a text and no weight file at all", "states a header of"},
      {"header is no JSON", test::safetensors("{x", ""), "are not a JSON object"},
      {"header is a list", test::safetensors("[1]", ""), "are not a JSON object"},
      {"entry without shape", test::safetensors(entry(R"({"dtype":"F32","data_offsets":[0,4]})"), "abcd"),
       "tensor 'x' lacks"},
      {"entry is a number", test::safetensors(entry("3"), "abcd"), "tensor 'x' lacks"},
      {"offsets are words", test::safetensors(entry(R"({"dtype":"F32","shape":[1],"data_offsets":["a","b"]})"), "abcd"),
       "tensor 'x' lacks"},
      {"data cut off", test::safetensors(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), "abcd"),
       "bytes 0..8 of a data block of 4"},
      {"offsets reversed", test::safetensors(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), "abcd"),
       "bytes 4..0"},
      {"shape too large", test::safetensors(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), "abcd"),
       "takes 4 bytes, but its type and shape need 8"},
      {"negative extent", test::safetensors(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), "abcd"),
       "extent -1"},
      {"extents that overflow",
       test::safetensors(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})"), "abcd"),
       "extent 4294967296"},
  };
  const test::ScratchFolder folder("safetensors_broken");
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto file = folder.write("broken.safetensors", row.bytes);
    const std::string error = test::error_of([&] { read_safetensors(file); });
    CAPTURE(error);
    CHECK(error.find(row.want) != std::string::npos);
    CHECK(error.find("broken.safetensors") != std::string::npos);
  }
  CHECK(test::error_of([&] { read_safetensors(folder / "none.safetensors"); }).find("cannot read") !=
        std::string::npos);
}

TEST_CASE("safetensors: counters are left out") {
  const test::ScratchFolder folder("safetensors_counters");
  const auto file = folder.write(
      "c.safetensors", test::safetensors(R"({"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", "abcdefgh"));
  CHECK(read_safetensors(file).empty());
}

TEST_CASE("ONNX initialisers: files that are no models") {
  struct Row {
    const char* name;
    std::string bytes;
  };
  const Row rows[] = {{"empty", ""}, {"a text", "hello, this is a text"}, {"zeros", std::string(64, '\0')}};
  const test::ScratchFolder folder("initialisers_broken");
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto file = folder.write("m.onnx", row.bytes);
    CHECK(test::error_of([&] { read_onnx_initialisers(file); }).find("is not an ONNX model") != std::string::npos);
  }
}
