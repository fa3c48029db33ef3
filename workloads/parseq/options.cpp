#include "workloads/parseq/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workloads {
namespace {

// In the order of ParseqMode.
constexpr std::array<std::string_view, 5> kModeNames = {"nar", "static", "ar", "ar-unrolled", "step"};
constexpr std::int64_t kMaxCharacters = 200, kMaxRefine = 8, kMaxBatch = 1024;

}  // namespace

ParseqShape parseq_small() { return {}; }

ParseqShape parseq_tiny() {
  return {.name = "tiny", .width = 192, .encoder_depth = 12, .encoder_heads = 3, .decoder_heads = 6};
}

ParseqShape parse_parseq_variant(const std::string& text, const std::string& place) {
  for (const ParseqShape& shape : {parseq_small(), parseq_tiny()})
    if (shape.name == text) return shape;
  throw Error(ErrorKind::usage, place, fmt::format("variant = {} is none of S, tiny", text));
}

std::string_view name(ParseqMode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

std::span<const std::string_view> parseq_mode_names() { return kModeNames; }

ParseqMode parse_parseq_mode(const std::string& text, const std::string& place) {
  const auto at = std::find(kModeNames.begin(), kModeNames.end(), text);
  if (at == kModeNames.end())
    throw Error(
        ErrorKind::usage, place,
        fmt::format("mode = {} is none of {}{}", text, fmt::join(kModeNames, ", "), did_you_mean(text, kModeNames)));
  return static_cast<ParseqMode>(at - kModeNames.begin());
}

void check(const ParseqOptions& o) {
  std::vector<std::string> notes;
  const auto within = [&](const char* what, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high) notes.push_back(fmt::format("{} = {} is outside {}..{}", what, value, low, high));
  };
  within("characters", o.characters, 1, kMaxCharacters);
  within("refine", o.refine, 0, kMaxRefine);
  within("batch", o.batch, 1, kMaxBatch);
  if (o.mode == ParseqMode::step) within("prefix", o.prefix, 1, o.positions());
  if (o.mode == ParseqMode::step && o.refine != 0)
    notes.push_back(fmt::format("refine = {} does not go with mode step, which is one step: give 0", o.refine));
  if (o.mode == ParseqMode::fixed) {
    const auto only = [&](const char* what, std::int64_t value, std::int64_t wanted) {
      if (value != wanted)
        notes.push_back(
            fmt::format("{} = {}, but mode static is the one pass over {} positions, batch 1, without "
                        "refinement: give {}, or mode nar",
                        what, value, kCaseCharacters + 1, wanted));
    };
    only("characters", o.characters, kCaseCharacters);
    only("batch", o.batch, 1);
    only("refine", o.refine, 0);
  }
  if (!notes.empty()) throw Error(ErrorKind::usage, "built-in model parseq", "cannot be built like this", notes);
}

}  // namespace inf::workloads
