#include "workloads/craft/options.h"

#include <fmt/format.h>

#include <vector>

#include "isa/base/error.h"

namespace inf::workloads {

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
