#include "tools/workflow/workload.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "isa/base/error.h"
#include "tools/workflow/workload_fields.h"

using namespace inf;
using namespace inf::workflow;

namespace {

/// "w.yaml" in a folder of its own.
class Scratch {
 public:
  explicit Scratch(const std::string& text)
      : folder_(std::filesystem::temp_directory_path() / "inf_sim_workload_test") {
    std::filesystem::create_directories(folder_);
    std::ofstream(path()) << text;
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  std::filesystem::path path() const { return folder_ / "w.yaml"; }

 private:
  std::filesystem::path folder_;
};

Workload load(const std::string& text, const Overrides& overrides = {}) {
  const Scratch file(text);
  return resolve(read_workload_file(file.path()), overrides);
}

const std::string kCraft = "model: {builtin: craft, height: 64, width: 96}\n";

}  // namespace

TEST_CASE("a workload without anything optional gets its defaults") {
  const Workload w = load("model: {builtin: craft}\n");
  CHECK(w.name == "w");
  CHECK(w.precision == Precision{DType::bf16, DType::bf16});
  CHECK(w.chip.filename() == "inf2.yaml");
  CHECK(w.instances.filename() == "inf2.yaml");
  CHECK(w.instance.empty());
  CHECK_FALSE(w.checks.any());
  const BuiltinCraft& craft = std::get<BuiltinCraft>(w.model);
  CHECK_FALSE(craft.size.has_value());
  CHECK(craft.weights.source == workloads::WeightChoice::Source::demo);
}

TEST_CASE("sizes are rounded up to multiples of 32, and what was asked is kept") {
  struct Row {
    const char* name;
    std::optional<Extent> option;
    const char* size;
    Extent want;
    std::optional<Extent> asked;
  };
  const Row rows[] = {
      {"a multiple", {}, "height: 64, width: 96", {64, 96}, {}},
      {"one too many", {}, "height: 65, width: 96", {96, 96}, Extent{65, 96}},
      {"the smallest", {}, "height: 1, width: 1", {32, 32}, Extent{1, 1}},
      {"the option wins", Extent{128, 130}, "height: 64, width: 64", {128, 160}, Extent{128, 130}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Overrides over;
    over.size = row.option;
    const Workload w = load(std::string("model: {builtin: craft, ") + row.size + "}\n", over);
    const BuiltinCraft& craft = std::get<BuiltinCraft>(w.model);
    CHECK(craft.size == row.want);
    CHECK(craft.size_asked == row.asked);
  }
}

TEST_CASE("built-in classifiers and encoders take batch, size, sequence and head") {
  Overrides over;
  over.batch = 8;
  const Workload cnn = load("model: {builtin: resnet50, batch: 2, height: 64, width: 96}\n", over);
  const workloads::CnnOptions& resnet = std::get<BuiltinCnn>(cnn.model).options;
  CHECK(resnet.shape.name == "resnet50");
  CHECK(resnet.batch == 8);
  CHECK(resnet.height == 64);
  CHECK(resnet.width == 96);
  CHECK(resnet.weights.source == workloads::WeightChoice::Source::random);
  const Workload text = load("model: {builtin: roberta-base, batch: 2, sequence: 512, head: classification}\n");
  const workloads::EncoderOptions& roberta = std::get<BuiltinEncoder>(text.model).options;
  CHECK(roberta.batch == 2);
  CHECK(roberta.sequence == 512);
  CHECK(roberta.head == workloads::EncoderHead::classification);
  CHECK(std::get<BuiltinCraft>(load("model: {builtin: craft, batch: 3}\n").model).batch == 3);
  CHECK(std::get<BuiltinParseq>(load("model: {builtin: parseq, batch: 3}\n", over).model).batch == 8);
}

TEST_CASE("paths are relative to the file, and the command line wins over it") {
  const Workload w = load(
      "model: {onnx: ../m.onnx, symbols: {batch: 2}, shapes: {x: [1, 3, 32, 32]}}\ninputs: {npy: x.npy}\ncompile: "
      "{auto_cast: matmult, auto_cast_type: fp16}\n",
      {.auto_cast_type = "tf32"});
  const OnnxModel& model = std::get<OnnxModel>(w.model);
  CHECK(model.file == std::filesystem::temp_directory_path() / "m.onnx");
  CHECK(model.options.symbols.at("batch") == 2);
  CHECK(model.options.shapes.at("x") == compiler::Shape{1, 3, 32, 32});
  CHECK(std::get<std::filesystem::path>(w.inputs.at(0).npy_or_seed).filename() == "x.npy");
  CHECK(w.precision == Precision{DType::tf32, DType::fp32});
}

TEST_CASE("several inputs are a list") {
  const Workload w = load("model: {onnx: m.onnx}\ninputs:\n  - {name: a, random: 3}\n  - {name: b, random: 4}\n");
  REQUIRE(w.inputs.size() == 2);
  CHECK(w.inputs[1].name == "b");
  CHECK(std::get<std::uint64_t>(w.inputs[1].npy_or_seed) == 4);
}

TEST_CASE("every mistake has its place, value and range") {
  struct Row {
    const char* name;
    std::string text;
    const char* place;  ///< end of the place of the first mistake
    const char* message;
    std::size_t notes;  ///< further mistakes
  };
  const Row rows[] = {
      {"no model", "inputs: {random: 1}\n", ":1:1", "model is missing", 0},
      {"both models", "model: {builtin: craft, onnx: m.onnx}\n", ":1:8", "model needs one of onnx and builtin", 0},
      {"neither model", "model: {weights: demo}\n", ":1:8", "model needs one of onnx and builtin", 0},
      {"unknown builtin", "model: {builtin: parsec}\n", ":1:18",
       "model.builtin = parsec is no built-in model; did you mean 'parseq'?; there are craft, parseq, resnet18, "
       "resnet34, "
       "resnet50, resnet50-v1, resnet101, resnet152, vgg11, vgg13, vgg16, vgg19, bert-base, bert-large, distilbert, "
       "roberta-base, electra-base and bge-base",
       0},
      {"tokens of a classifier", "model: {builtin: resnet18, sequence: 64}\n", ":1:8",
       "model.sequence and model.head belong to built-in encoders", 0},
      {"pixels of an encoder", "model: {builtin: bert-base, height: 64, width: 64}\n", ":1:8",
       "model.height and model.width are not for encoders, which read model.sequence tokens", 0},
      {"a sequence that is too long", "model: {builtin: bert-base, sequence: 513}\n", ":1:39",
       "model.sequence = 513 is outside 1..512", 0},
      {"no such head", "model: {builtin: bert-base, head: clas}\n", ":1:35",
       "head = clas is none of hidden, cls, classification; did you mean 'cls'?", 0},
      {"a VGG of another size", "model: {builtin: vgg11, height: 256, width: 224}\n", ":1:8",
       "built-in model vgg11 cannot be built at this size", 1},
      {"batch of nothing", "model: {builtin: resnet18, batch: 0}\n", ":1:35", "model.batch = 0 is outside 1..1024", 0},
      {"half a size", "model: {builtin: craft, height: 64}\n", ":1:8", "model.height and model.width come together", 0},
      {"size of an ONNX file", "model: {onnx: m.onnx, height: 64, width: 64}\n", ":1:8",
       "model.height, model.width and model.weights belong to builtin; an ONNX file takes model.shapes", 0},
      {"height zero", "model: {builtin: craft, height: 0, width: 64}\n", ":1:33",
       "model.height = 0 is outside 1..16384", 0},
      {"misspelt key", "model: {builtin: craft, weigths: demo}\n", ":1:25",
       "unknown key model.weigths; did you mean 'weights'?", 0},
      {"two inputs in one", kCraft + "inputs: {random: 1, npy: x.npy}\n", ":2:9",
       "inputs needs one of image, npy, random and words", 0},
      {"negative seed", kCraft + "inputs: {random: -1}\n", ":2:18", "inputs.random = -1 is outside 0..9007199254740992",
       0},
      {"threshold above one", kCraft + "post: {craft: {low_text: 2}}\n", ":2:26",
       "post.craft.low_text = 2 is outside 0..1", 0},
      {"three at once", "model: {builtin: craft, height: 0, width: 0, depth: 1}\n", ":1:33",
       "model.height = 0 is outside 1..16384", 2},
      {"image without pre", kCraft + "inputs: {image: p.png}\n", ":2:17",
       "inputs.image = p.png needs `pre: {craft: {}}` or `pre: {parseq: {}}` to become a tensor", 0},
      {"cast", kCraft + "compile: {auto_cast_type: bf61}\n", ":2:27",
       "auto_cast_type = bf61 is none of bf16, fp16, tf32, fp8_e4m3, fp32; did you mean 'bf16'?", 0},
      {"what is cast", kCraft + "compile: {auto_cast: matmul}\n", ":2:22",
       "auto_cast = matmul is none of none, matmult, all; did you mean 'matmult'?", 0},
      {"symbol of size zero", "model: {onnx: m.onnx, symbols: {batch: 0}}\n", ":1:40",
       "model.symbols.batch = 0 is outside 1..1048576", 0},
      {"repeated section", kCraft + kCraft, ":2:1", "model is repeated; it is first given on line 1", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    try {
      load(row.text);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(exit_code(error.kind()) == 2);
      CHECK(error.where().ends_with(row.place));
      CHECK(error.message() == row.message);
      CHECK(error.notes().size() == row.notes);
    }
  }
}

TEST_CASE("every key of the field table has a meaning and a range that is one") {
  for (const WorkloadField& field : workload_fields()) {
    CAPTURE(field.path);
    CHECK_FALSE(field.meaning.empty());
    CHECK(field.low <= field.high);
  }
}

TEST_CASE("the defaults that docs/config.md prints are the ones that hold") {
  struct Row {
    const char* key;
    double value;
  };
  const Row rows[] = {
      {"pre.craft.mag_ratio", PreOptions{}.mag_ratio},
      {"pre.craft.canvas_size", static_cast<double>(PreOptions{}.canvas_size)},
      {"post.craft.low_text", PostOptions{}.low_text},
      {"post.craft.link_threshold", PostOptions{}.link_threshold},
      {"post.craft.text_threshold", PostOptions{}.text_threshold},
  };
  for (const Row& row : rows) {
    CAPTURE(row.key);
    CHECK(std::stod(std::string(workload_field(row.key).fallback)) == doctest::Approx(row.value));
  }
  CHECK(precision_of(parse_auto_cast(std::string(workload_field("compile.auto_cast").fallback), ""),
                     parse_auto_cast_type(std::string(workload_field("compile.auto_cast_type").fallback), "")) ==
        Precision{});
  CHECK(load(kCraft).precision == Precision{});
}
