#include <fmt/format.h>

#include <cmath>

#include "isa/base/error.h"
#include "workloads/parseq/demo_reader.h"
#include "workloads/parseq/weights.h"

// How the demo weights read, stage by stage. They are constructed and solved, not trained: they read the project's
// dot-matrix font, up to eight characters in eight cells of equal width that fill the picture, and nothing else.
// Every norm has scale 1; a large constant in each token keeps a norm's divisor (nearly) the same for every token.
//
//   patches   a token's features are the ink of its patch in 2x2 pixels (8 numbers); negated copies keep the mean at 0;
//             the position code is one of 8 rows and one of 16 columns
//   block 0   three heads fetch the features of the patches to the right, below and below to the right; what the other
//             blocks add is 0
//   decoder   the query of position i is one of eight columns of cells; head h fetches rows 2h and 2h + 1 of that cell,
//             32 numbers; with four heads the stream holds the cell's 16x8 features. The self-attention adds 0: what
//             was read before does not matter to these weights, so that all modes give the same strings
//   MLP       hinges between pairs of characters, and the classes' scores from them in place of the features
//   head      the scores; from the ninth position on, [E]
namespace inf::workloads {
namespace {

constexpr std::int64_t kFeatures = 0, kPatchFeatures = 8, kMerged = 32;  // of a token: its own patch's first
constexpr std::int64_t kRows = 32, kColumns = 40;                        // position code of a patch
constexpr std::int64_t kNegatedOwn = 56, kNegatedMerged = 64;
constexpr std::int64_t kCellCode = 47, kCellCodes = kWordCells + 1;  // of a query: its cell, or "behind the word"
constexpr std::int64_t kCell = 64;                                   // 128 features of a cell; then the classes' scores
constexpr std::int64_t kReadHeads = 4;
constexpr double kCode = 64;   // size of position and cell codes; features are at most 1
constexpr double kMatch = 20;  // what a match of one code adds to an attention score
constexpr double kSteep = 16;  // makes GELU a hinge
constexpr double kScore = 30;  // of the right class in the stream
constexpr double kHeadGain = 6;

// What a norm does to a token of d numbers whose large ones are `count` codes: (x - mean) / deviation.
struct Norm {
  double mean, deviation;
  Norm(std::int64_t d, int count)
      : mean(count * kCode / static_cast<double>(d)),
        deviation(std::sqrt(count * kCode * kCode / static_cast<double>(d) - mean * mean)) {}
  double of_code() const { return (kCode - mean) / deviation; }
};

class DemoWeights {
 public:
  DemoWeights(const ParseqShape& shape, std::int64_t positions)
      : shape_(shape), d_(shape.width), patch_(d_, 2), query_(d_, 1) {
    for (const TensorNeed& need : parseq_tensors(shape, positions)) {
      const bool scale = need.shape.size() == 1 && need.name.ends_with(".weight");
      tensors_.emplace(need.name,
                       WeightTensor{need.shape, std::vector<float>(element_count(need.shape), scale ? 1 : 0)});
    }
    write_patches();
    write_merge();
    write_queries(positions);
    write_cross_attention();
    static const DemoReader reader = solve_demo_reader();
    write_reader(reader);
  }

  TensorMap take() { return std::move(tensors_); }

 private:
  void set(const std::string& name, std::int64_t row, std::int64_t column, double value) {
    WeightTensor& tensor = tensors_.at(name);
    tensor.data.at(static_cast<std::size_t>(row * tensor.shape.back() + column)) = static_cast<float>(value);
  }
  void set(const std::string& name, std::int64_t at, double value) { set(name, 0, at, value); }

  void write_patches() {
    constexpr std::int64_t kPool = 2, kAcross = 4;  // pixels; features of a patch side by side
    constexpr double kColours = 3;
    WeightTensor& conv = tensors_.at("encoder.patch_embed.proj.weight");
    const std::int64_t area = shape_.patch_height * shape_.patch_width;
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t y = 0; y < shape_.patch_height; ++y) {
        for (std::int64_t x = 0; x < shape_.patch_width; ++x) {
          const std::int64_t feature = y / kPool * kAcross + x / kPool;
          // A pixel is -1..1 and ink is dark: ink = (1 - pixel) / 2.
          const auto share = static_cast<float>(-0.5 / (kPool * kPool * kColours));
          const auto at = [&](std::int64_t out) {
            return static_cast<std::size_t>((out * 3 + c) * area + y * shape_.patch_width + x);
          };
          conv.data.at(at(kFeatures + feature)) = share;
          conv.data.at(at(kNegatedOwn + feature)) = -share;
        }
      }
    }
    for (std::int64_t f = 0; f < kPatchFeatures; ++f) {
      set("encoder.patch_embed.proj.bias", kFeatures + f, 0.5);
      set("encoder.patch_embed.proj.bias", kNegatedOwn + f, -0.5);
    }
    for (std::int64_t t = 0; t < shape_.patches(); ++t) {
      set("encoder.pos_embed", t, kRows + t / shape_.patch_columns(), kCode);
      set("encoder.pos_embed", t, kColumns + t % shape_.patch_columns(), kCode);
    }
  }

  // Head n - 1 of block 0 fetches the patch that lies n / 2 rows below and n % 2 columns to the right.
  void write_merge() {
    const std::string block = "encoder.blocks.0.attn.";
    const std::int64_t width = d_ / shape_.encoder_heads, rows = shape_.patch_rows();
    const double a = std::sqrt(kMatch * std::sqrt(static_cast<double>(width))) / patch_.of_code();
    for (std::int64_t n = 1; n <= 3; ++n) {
      const std::int64_t query = (n - 1) * width, key = d_ + query, value = 2 * d_ + query;
      const auto match = [&](std::int64_t code, std::int64_t count, std::int64_t at, std::int64_t step) {
        for (std::int64_t i = 0; i < count; ++i) {
          if (i + step < count) set(block + "qkv.weight", query + at + i + step, code + i, a);
          set(block + "qkv.weight", key + at + i, code + i, a);
        }
      };
      match(kRows, rows, 0, n / 2);
      match(kColumns, shape_.patch_columns(), rows, n % 2);
      for (std::int64_t f = 0; f < kPatchFeatures; ++f) {
        set(block + "qkv.weight", value + f, kFeatures + f, 1);
        const std::int64_t to = n * kPatchFeatures + f, negated = kNegatedMerged + to;
        set(block + "proj.weight", to, query + f, patch_.deviation);
        set(block + "proj.bias", to, patch_.mean);
        set(block + "proj.weight", negated, query + f, -patch_.deviation);
        set(block + "proj.bias", negated, -patch_.mean);
      }
    }
  }

  void write_queries(std::int64_t positions) {
    for (std::int64_t i = 0; i < positions; ++i)
      set("pos_queries", i, kCellCode + std::min<std::int64_t>(i, kWordCells), kCode);
  }

  void write_cross_attention() {
    const std::string name = "decoder.layers.0.cross_attn.";
    const std::int64_t width = d_ / shape_.decoder_heads, rows = shape_.patch_rows();
    const double key = 1 / patch_.of_code(), query = kMatch * std::sqrt(static_cast<double>(width));
    for (std::int64_t h = 0; h < kReadHeads; ++h) {
      const std::int64_t base = h * width;
      set(name + "in_proj_bias", base + 2 * h, query);
      for (std::int64_t i = 0; i < kWordCells; ++i)
        set(name + "in_proj_weight", base + rows + 2 * i, kCellCode + i, query / query_.of_code());
      for (std::int64_t r = 0; r < rows; ++r) set(name + "in_proj_weight", d_ + base + r, kRows + r, key);
      for (std::int64_t c = 0; c < shape_.patch_columns(); ++c)
        set(name + "in_proj_weight", d_ + base + rows + c, kColumns + c, key);
      for (std::int64_t f = 0; f < kMerged; ++f) {
        set(name + "in_proj_weight", 2 * d_ + base + f, kFeatures + f, 1);
        set(name + "out_proj.weight", kCell + feature_of(h, f), base + f, patch_.deviation);
        // What the features add to the mean is taken off again in the numbers below the cell's code.
        for (std::int64_t low = 0; low < kCellCode; ++low)
          set(name + "out_proj.weight", low, base + f, -patch_.deviation / static_cast<double>(kCellCode));
      }
    }
    for (std::int64_t f = 0; f < kFeatureCount; ++f) set(name + "out_proj.bias", kCell + f, patch_.mean);
    for (std::int64_t low = 0; low < kCellCode; ++low)
      set(name + "out_proj.bias", low, -patch_.mean * kFeatureCount / static_cast<double>(kCellCode));
  }

  // Which of a cell's features number f of head h's token is: four patches of two rows and four columns.
  static std::int64_t feature_of(std::int64_t h, std::int64_t f) {
    const std::int64_t n = f / kPatchFeatures, row = f % kPatchFeatures / 4, column = f % 4;
    return (4 * h + 2 * (n / 2) + row) * kDemoFeatureColumns + 4 * (n % 2) + column;
  }

  void write_reader(const DemoReader& reader) {
    const std::string in = "decoder.layers.0.linear1.", out = "decoder.layers.0.linear2.";
    // A norm's output times its deviation is the feature less the mean.
    const auto weigh = [&](std::int64_t unit, std::int64_t f, double w) {
      set(in + "weight", unit, kCell + f, kSteep * w * query_.deviation);
    };
    for (std::int64_t f = 0; f < kFeatureCount; ++f) {
      weigh(f, f, 1);
      set(in + "bias", f, kSteep * query_.mean);
      set(out + "weight", kCell + f, f, -1 / kSteep);
    }
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(kDemoHinges); ++j) {
      const DemoHinge& hinge = reader.hinges[static_cast<std::size_t>(j)];
      double sum = 0;
      for (std::int64_t f = 0; f < kFeatureCount; ++f) {
        weigh(kFeatureCount + j, f, hinge.weight[static_cast<std::size_t>(f)]);
        sum += hinge.weight[static_cast<std::size_t>(f)];
      }
      set(in + "bias", kFeatureCount + j, kSteep * (hinge.bias + query_.mean * sum));
    }
    for (std::int64_t c = 0; c < kHeadClasses; ++c) {
      const DemoReader::Class& of = reader.classes[static_cast<std::size_t>(c)];
      for (std::int64_t f = 0; f < kFeatureCount; ++f)
        set(out + "weight", kCell + c, f,
            (kScore * of.linear[static_cast<std::size_t>(f)] - (c == f ? 1 : 0)) / kSteep);
      for (std::int64_t j = 0; j < static_cast<std::int64_t>(kDemoHinges); ++j)
        set(out + "weight", kCell + c, kFeatureCount + j, kScore * of.hinge[static_cast<std::size_t>(j)] / kSteep);
      set(out + "bias", kCell + c, kScore * of.bias);
      set("head.weight", c, kCell + c, kHeadGain);
    }
    set("head.weight", kEndToken, kCellCode + kCellCodes - 1, 2 * kHeadGain);
  }

  static constexpr std::int64_t kFeatureCount = static_cast<std::int64_t>(kDemoFeatures);

  ParseqShape shape_;
  std::int64_t d_;
  Norm patch_, query_;
  TensorMap tensors_;
};

}  // namespace

TensorMap demo_parseq_weights(const ParseqShape& shape, std::int64_t positions) {
  if (shape.name != parseq_small().name && shape.name != parseq_tiny().name)
    throw Error(ErrorKind::usage, "weights", fmt::format("there are no demo weights of variant '{}'", shape.name),
                {"give random:SEED or a weight file"});
  return DemoWeights(shape, positions).take();
}

}  // namespace inf::workloads
