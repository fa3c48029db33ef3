#include "workloads/parseq/weights.h"

#include <fmt/format.h>

#include <cmath>

#include "isa/base/error.h"
#include "workloads/weights/onnx_initialisers.h"
#include "workloads/weights/random.h"
#include "workloads/weights/safetensors.h"

namespace inf::workloads {
namespace {

void add_linear(std::vector<TensorNeed>& needs, const std::string& name, std::int64_t out, std::int64_t in) {
  needs.push_back({name + ".weight", {out, in}});
  needs.push_back({name + ".bias", {out}});
}

void add_norm(std::vector<TensorNeed>& needs, const std::string& name, std::int64_t width) {
  needs.push_back({name + ".weight", {width}});
  needs.push_back({name + ".bias", {width}});
}

void add_encoder(std::vector<TensorNeed>& needs, const ParseqShape& s) {
  const std::int64_t d = s.width;
  needs.push_back({"encoder.pos_embed", {1, s.patches(), d}});
  needs.push_back({"encoder.patch_embed.proj.weight", {d, 3, s.patch_height, s.patch_width}});
  needs.push_back({"encoder.patch_embed.proj.bias", {d}});
  for (std::int64_t i = 0; i < s.encoder_depth; ++i) {
    const std::string block = fmt::format("encoder.blocks.{}.", i);
    add_norm(needs, block + "norm1", d);
    add_linear(needs, block + "attn.qkv", 3 * d, d);
    add_linear(needs, block + "attn.proj", d, d);
    add_norm(needs, block + "norm2", d);
    add_linear(needs, block + "mlp.fc1", s.mlp_ratio * d, d);
    add_linear(needs, block + "mlp.fc2", d, s.mlp_ratio * d);
  }
  add_norm(needs, "encoder.norm", d);
}

void add_decoder(std::vector<TensorNeed>& needs, const ParseqShape& s) {
  const std::int64_t d = s.width;
  const std::string layer = "decoder.layers.0.";
  for (const char* attention : {"self_attn", "cross_attn"}) {
    needs.push_back({layer + attention + ".in_proj_weight", {3 * d, d}});
    needs.push_back({layer + attention + ".in_proj_bias", {3 * d}});
    add_linear(needs, layer + attention + ".out_proj", d, d);
  }
  add_linear(needs, layer + "linear1", s.mlp_ratio * d, d);
  add_linear(needs, layer + "linear2", d, s.mlp_ratio * d);
  for (const char* norm : {"norm1", "norm2", "norm_q", "norm_c"}) add_norm(needs, layer + norm, d);
  add_norm(needs, "decoder.norm", d);
}

// The head decides which charset a file was trained with, so it is named before anything else that may be wrong.
void check_head(const std::filesystem::path& file) {
  const TensorMap stored = file.extension() == ".onnx" ? read_onnx_initialisers(file) : read_safetensors(file);
  for (const auto& [tensor, value] : stored) {
    if (!tensor.ends_with("head.weight") || value.shape.size() != 2 || value.shape[0] == kHeadClasses) continue;
    throw Error(
        ErrorKind::import, file.string(),
        fmt::format("{} has {} classes, but a charset of {} characters needs {}: [E] and one per character", tensor,
                    value.shape[0], kCharsetSize, kHeadClasses),
        {fmt::format("a head of {} classes was trained with a charset of {} characters; use a checkpoint of the "
                     "{}-character charset, or run the model's own ONNX export",
                     value.shape[0], value.shape[0] - 1, kCharsetSize)});
  }
}

// Standard deviation of a random tensor.
float deviation(const TensorNeed& need) {
  constexpr float kBias = 0.05F, kPosition = 0.7F, kHeadGain = 4.0F;
  if (need.name.ends_with("bias")) return kBias;
  if (need.name == "encoder.pos_embed") return kPosition;
  if (need.name == "pos_queries") return 1.0F;
  const float in = static_cast<float>(element_count(need.shape)) / static_cast<float>(need.shape[0]);
  // Token embeddings are multiplied by sqrt(d) where they are used.
  const float unit = 1.0F / std::sqrt(in);
  return need.name == "head.weight" ? kHeadGain * unit : unit;
}

bool is_norm_scale(const TensorNeed& need) { return need.shape.size() == 1 && need.name.ends_with(".weight"); }

}  // namespace

std::vector<TensorNeed> parseq_tensors(const ParseqShape& shape, std::int64_t positions) {
  std::vector<TensorNeed> needs{{"pos_queries", {1, positions, shape.width}}};
  add_encoder(needs, shape);
  add_decoder(needs, shape);
  add_linear(needs, "head", kHeadClasses, shape.width);
  needs.push_back({"text_embed.embedding.weight", {kTokens, shape.width}});
  return needs;
}

TensorMap random_parseq_weights(const ParseqShape& shape, std::int64_t positions, std::uint64_t seed) {
  TensorMap tensors;
  for (const TensorNeed& need : parseq_tensors(shape, positions)) {
    WeightTensor tensor{need.shape, std::vector<float>(element_count(need.shape))};
    const CounterRandom random(seed, need.name);
    const float scale = deviation(need);
    for (std::size_t i = 0; i < tensor.data.size(); ++i)
      tensor.data[i] = is_norm_scale(need) ? random.uniform(i, 0.9F, 1.1F) : random.normal(i) * scale;
    tensors.emplace(need.name, std::move(tensor));
  }
  return tensors;
}

TensorMap parseq_weights(const ParseqOptions& options) {
  switch (options.weights.source) {
    case WeightChoice::Source::random:
      return random_parseq_weights(options.shape, options.positions(), options.weights.seed);
    case WeightChoice::Source::file:
      check_head(options.weights.file);
      return read_weights(options.weights.file, parseq_tensors(options.shape, options.positions()), "PARSeq");
    case WeightChoice::Source::demo: return demo_parseq_weights(options.shape, options.positions());
  }
  throw Error(ErrorKind::internal, "built-in model parseq", "unknown weight source");
}

}  // namespace inf::workloads
