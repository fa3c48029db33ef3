#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace inf::workloads {

/// Where a built-in model's weights come from.
struct WeightChoice {
  enum class Source : std::uint8_t {
    demo,    ///< constructed by hand, not trained: enough to show the model at its work
    random,  ///< counter-based random numbers: for comparing arithmetic
    file,    ///< safetensors or ONNX initialisers under the official state dict's names
  } source = Source::demo;
  std::uint64_t seed = 1;      ///< random only
  std::filesystem::path file;  ///< file only
};

/// Reads "demo", "random", "random:SEED" or the path of a weight file.
/// Errors: usage when SEED is not an unsigned number, or the text is empty.
WeightChoice parse_weight_choice(const std::string& text);

}  // namespace inf::workloads
