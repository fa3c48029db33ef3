#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace inf::workloads {

/// Where a built-in model's weights come from.
struct WeightChoice {
  enum class Source : std::uint8_t {
    demo,    ///< constructed by hand, not trained: enough to find dark print on light paper
    random,  ///< counter-based random numbers: for comparing arithmetic
    file,    ///< safetensors or ONNX initialisers under the official state dict's names
  } source = Source::demo;
  std::uint64_t seed = 1;      ///< random only
  std::filesystem::path file;  ///< file only
};

/// Reads "demo", "random", "random:SEED" or the path of a weight file.
/// Errors: usage when SEED is not an unsigned number, or the text is empty.
WeightChoice parse_weight_choice(const std::string& text);

/// What to build. Weights depend on `weights` alone, never on the size.
struct CraftOptions {
  std::int64_t batch = 1;
  std::int64_t height = 768, width = 768;  ///< pixels, multiples of 32
  WeightChoice weights;
};

/// Errors: usage, with every value that is out of range (batch 1..1024; height and width 32..16384 in steps of 32).
void check(const CraftOptions& options);

}  // namespace inf::workloads
