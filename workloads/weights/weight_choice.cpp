#include "workloads/weights/weight_choice.h"

#include <fmt/format.h>

#include "isa/base/error.h"
#include "isa/base/read_number.h"

namespace inf::workloads {

WeightChoice parse_weight_choice(const std::string& text) {
  static constexpr std::string_view kRandom = "random";
  if (text.empty())
    throw Error(ErrorKind::usage, "weights", "is empty", {"give demo, random:SEED or the path of a weight file"});
  if (text == "demo") return {};
  if (text == kRandom) return {WeightChoice::Source::random, 1, {}};
  if (text.starts_with("random:")) {
    const auto seed = read_number<std::uint64_t>(std::string_view(text).substr(kRandom.size() + 1));
    if (!seed) {
      throw Error(ErrorKind::usage, "weights", fmt::format("'{}' is not random:SEED with a SEED in 0..2^64-1", text),
                  {"for example random:1"});
    }
    return {WeightChoice::Source::random, *seed, {}};
  }
  return {WeightChoice::Source::file, 0, text};
}

}  // namespace inf::workloads
