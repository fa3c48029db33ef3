#include "workloads/weights/weight_choice.h"

#include <fmt/format.h>

#include <charconv>

#include "isa/base/error.h"

namespace inf::workloads {

WeightChoice parse_weight_choice(const std::string& text) {
  static constexpr std::string_view kRandom = "random";
  if (text.empty())
    throw Error(ErrorKind::usage, "weights", "is empty", {"give demo, random:SEED or the path of a weight file"});
  if (text == "demo") return {};
  if (text == kRandom) return {WeightChoice::Source::random, 1, {}};
  if (text.starts_with("random:")) {
    WeightChoice choice{WeightChoice::Source::random, 0, {}};
    const char *begin = text.data() + kRandom.size() + 1, *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, choice.seed);
    if (error != std::errc{} || stop != end) {
      throw Error(ErrorKind::usage, "weights", fmt::format("'{}' is not random:SEED with a SEED in 0..2^64-1", text),
                  {"for example random:1"});
    }
    return choice;
  }
  return {WeightChoice::Source::file, 0, text};
}

}  // namespace inf::workloads
