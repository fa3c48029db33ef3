#include "workloads/craft/options.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

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

void check(const CraftOptions& options) {
  std::vector<std::string> notes;
  if (options.batch < 1 || options.batch > 1024)
    notes.push_back(fmt::format("batch = {} is outside 1..1024", options.batch));
  const auto side = [&](const char* name, std::int64_t value) {
    if (value < 32 || value > 16384) {
      notes.push_back(fmt::format("{} = {} is outside 32..16384", name, value));
    } else if (value % 32 != 0) {
      notes.push_back(fmt::format("{} = {} is not a multiple of 32; the next one is {}, and images are padded up to it",
                                  name, value, (value + 31) / 32 * 32));
    }
  };
  side("height", options.height);
  side("width", options.width);
  if (!notes.empty()) throw Error(ErrorKind::usage, "built-in model craft", "cannot be built at this size", notes);
}

}  // namespace inf::workloads
