#include <array>
#include <initializer_list>
#include <string>

#include "workloads/craft/weights.h"

// How the demo weights find text, stage by stage. They are written down, not learned: a few channels of each layer
// carry a quantity that can be named, all other channels are zero. "Edge" means a step of brightness, 1 for ink on
// paper.
//
//   slice1   edges along x and along y, in both directions; brightness; then |edge x|, |edge y| and their sum
//   slice2   |edge x| spread along x, |edge y| spread along y: print has both around it, a ruled line has only one
//   slice3-5 brightness through the max-pools: print vanishes among its paper, large dark areas stay and are widened
//   decoder  carries the dark areas up; texture = smaller of the two spread edges, less the dark areas;
//            at half size: text = smaller of the edge sum (sharp, but blind to meaning) and the texture (wide, but
//            knowing)
//   head     region = text, limited to 0..1; affinity = smaller of "text just left" and "text just right", which closes
//   the
//            gaps inside a word and leaves those between words
namespace inf::workloads {
namespace {

using Taps = std::array<float, 9>;  // a 3x3 kernel, row-major; a 1x1 kernel uses the centre

constexpr Taps centre(float v) { return {0, 0, 0, 0, v, 0, 0, 0, 0}; }
constexpr Taps along_x(float a, float b, float c) { return {0, 0, 0, a, b, c, 0, 0, 0}; }
constexpr Taps along_y(float a, float b, float c) { return {0, a, 0, 0, b, 0, 0, c, 0}; }
constexpr Taps box(float v) { return {v, v, v, v, v, v, v, v, v}; }

class DemoWeights {
 public:
  DemoWeights() {
    for (const ConvLayer& layer : craft_layers()) {
      for (const TensorNeed& need : tensors_of(layer)) {
        std::size_t size = 1;
        for (const std::int64_t extent : need.shape) size *= static_cast<std::size_t>(extent);
        const bool one = need.name.ends_with("running_var") ||
                         (!layer.norm.empty() && need.name == std::string(layer.norm) + ".weight");
        tensors_.emplace(need.name, WeightTensor{need.shape, std::vector<float>(size, one ? 1.0F : 0.0F)});
      }
    }
  }

  struct Term {
    std::int64_t in;
    Taps taps;
  };
  // Output channel `out` of a layer is the sum of the terms and a bias.
  void set(std::string_view conv, std::int64_t out, std::initializer_list<Term> terms, float bias = 0) {
    const ConvLayer& layer = craft_layer(conv);
    const std::string name(conv);
    tensors_.at(name + ".bias").data.at(static_cast<std::size_t>(out)) = bias;
    std::vector<float>& weight = tensors_.at(name + ".weight").data;
    const std::int64_t area = layer.kernel * layer.kernel;
    for (const Term& term : terms) {
      for (std::int64_t k = 0; k < area; ++k) {
        weight.at(static_cast<std::size_t>((out * layer.in + term.in) * area + k)) =
            term.taps[area == 9 ? static_cast<std::size_t>(k) : 4];
      }
    }
  }

  TensorMap take() { return std::move(tensors_); }

 private:
  TensorMap tensors_;
};

// Brightness: ink at -1.5 and paper at 2.1 of the normalised input become 0 and 1.
constexpr float kPerChannel = 1.0F / (3 * 3.6F), kInkLevel = 0.44F;

constexpr Taps kStepX{-0.25F * kPerChannel, 0, 0.25F * kPerChannel, -0.5F * kPerChannel, 0, 0.5F * kPerChannel,
                      -0.25F * kPerChannel, 0, 0.25F * kPerChannel};
constexpr Taps kStepY{-0.25F * kPerChannel, -0.5F * kPerChannel, -0.25F * kPerChannel, 0, 0, 0,
                      0.25F * kPerChannel,  0.5F * kPerChannel,  0.25F * kPerChannel};

constexpr Taps negated(Taps taps) {
  for (float& tap : taps) tap = -tap;
  return taps;
}

void set_edges(DemoWeights& w) {
  const auto over_rgb = [&w](std::int64_t out, const Taps& taps, float bias = 0) {
    w.set("basenet.slice1.0", out, {{0, taps}, {1, taps}, {2, taps}}, bias);
  };
  over_rgb(0, kStepX);
  over_rgb(1, negated(kStepX));
  over_rgb(2, kStepY);
  over_rgb(3, negated(kStepY));
  over_rgb(4, centre(kPerChannel), kInkLevel);

  enum : std::int64_t { edge_x, edge_y, bright, edges };
  w.set("basenet.slice1.3", edge_x, {{0, centre(1)}, {1, centre(1)}});
  w.set("basenet.slice1.3", edge_y, {{2, centre(1)}, {3, centre(1)}});
  w.set("basenet.slice1.3", bright, {{4, centre(1)}});
  w.set("basenet.slice1.3", edges, {{0, centre(1)}, {1, centre(1)}, {2, centre(1)}, {3, centre(1)}});
  for (const char* conv : {"basenet.slice1.7", "basenet.slice1.10"}) {
    w.set(conv, edge_x, {{edge_x, along_x(0.33F, 0.34F, 0.33F)}});
    w.set(conv, edge_y, {{edge_y, along_y(0.33F, 0.34F, 0.33F)}});
    w.set(conv, bright, {{bright, centre(1)}});
    w.set(conv, edges, {{edges, along_y(0.25F, 0.5F, 0.25F)}});
  }
}

void set_texture(DemoWeights& w) {
  for (const char* conv : {"basenet.slice2.14", "basenet.slice2.17"}) {
    w.set(conv, 0, {{0, along_x(0.33F, 0.34F, 0.33F)}});
    w.set(conv, 1, {{1, along_y(0.33F, 0.34F, 0.33F)}});
    w.set(conv, 2, {{2, centre(1)}});
  }
}

void set_dark_areas(DemoWeights& w) {
  w.set("basenet.slice3.20", 0, {{2, centre(1)}});
  for (const char* conv : {"basenet.slice3.24", "basenet.slice3.27", "basenet.slice4.30"})
    w.set(conv, 0, {{0, centre(1)}});
  w.set("basenet.slice4.34", 0, {{0, centre(-2)}}, 1);
  w.set("basenet.slice4.37", 0, {{0, centre(1)}});
  w.set("basenet.slice5.1", 0, {{0, centre(1)}});
  w.set("basenet.slice5.2", 0, {{0, centre(1)}});
  w.set("upconv1.conv.0", 0, {{0, centre(1)}});
  w.set("upconv1.conv.3", 0, {{0, box(0.25F)}});
  w.set("upconv2.conv.0", 0, {{0, centre(1)}});
  w.set("upconv2.conv.3", 0, {{0, box(0.12F)}});
}

void set_decoder(DemoWeights& w) {
  // Inputs: 128 decoded channels (0: dark areas), then slice2's 256 (0: spread edge x, 1: spread edge y).
  // min(x, y) = x - relu(x - y). The threshold lets a ruled line's end, which has one edge along x, go under.
  w.set("upconv3.conv.0", 0, {{128, centre(1)}});
  w.set("upconv3.conv.0", 1, {{128, centre(1)}, {129, centre(-1)}});
  w.set("upconv3.conv.0", 2, {{0, centre(1)}});
  w.set("upconv3.conv.3", 0, {{0, centre(4)}, {1, centre(-4)}, {2, centre(-8)}}, -0.3F);
  // Inputs: 64 decoded channels (0: texture), then slice1's 128 (3: edges).
  w.set("upconv4.conv.0", 0, {{64 + 3, centre(1)}});
  w.set("upconv4.conv.0", 1, {{64 + 3, centre(1)}, {0, centre(-1)}});
  w.set("upconv4.conv.3", 0, {{0, centre(1)}, {1, centre(-1)}});
}

void set_head(DemoWeights& w) {
  // "Paper" is 1.6 where there is no text and 0 from a text value of 0.4 on; 1 - paper, cut at 0, is the region score.
  w.set("conv_cls.0", 0, {{0, centre(-4)}}, 1.6F);
  w.set("conv_cls.2", 0, {{0, centre(-1)}}, 1);
  // Channels 1 and 2: text here or one pixel to the right (left), more than 0 as soon as one of the two is text.
  w.set("conv_cls.2", 1, {{0, along_x(0, -1, -1)}}, 2);
  w.set("conv_cls.2", 2, {{0, along_x(-1, -1, 0)}}, 2);
  // The same one pixel further, turned around: 1 where no text lies within two pixels to the right (left).
  w.set("conv_cls.4", 0, {{0, centre(-1)}}, 1);
  w.set("conv_cls.4", 1, {{1, along_x(0, -1, -1)}}, 1);
  w.set("conv_cls.4", 2, {{2, along_x(-1, -1, 0)}}, 1);
  // affinity = 1 - max(none right, none left), with max(a, b) = a + relu(b - a).
  w.set("conv_cls.6", 0, {{0, centre(1)}});
  w.set("conv_cls.6", 1, {{1, centre(1)}});
  w.set("conv_cls.6", 2, {{2, centre(1)}, {1, centre(-1)}});
  w.set("conv_cls.8", 0, {{0, centre(-1)}}, 1);
  w.set("conv_cls.8", 1, {{1, centre(-1)}, {2, centre(-1)}}, 1);
}

}  // namespace

TensorMap demo_craft_weights() {
  DemoWeights w;
  set_edges(w);
  set_texture(w);
  set_dark_areas(w);
  set_decoder(w);
  set_head(w);
  return w.take();
}

}  // namespace inf::workloads
