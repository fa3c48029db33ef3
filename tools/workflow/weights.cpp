#include "tools/workflow/weights.h"

#include <fmt/core.h>

#include <algorithm>

#include "tools/workflow/format.h"

namespace inf::workflow {

void add_weights(const compiler::WeightUse& use, const arch::ChipSpec& chip, double load_ns, Weights& sum) {
  sum.bytes += use.bytes;
  sum.resident += use.resident;
  sum.streamed += use.streamed;
  sum.stream_ns += use.stream_ns;
  sum.bytes_per_ns = chip.dma.bytes_per_ns * chip.dma.engines;
  sum.load_ns += load_ns;
}

void add_weights(const Weights& core, std::optional<Weights>& sum) {
  if (core.bytes == 0) return;
  if (!sum) sum.emplace();
  sum->bytes += core.bytes;
  sum->resident += core.resident;
  sum->streamed += core.streamed;
  sum->bytes_per_ns = core.bytes_per_ns;
  sum->stream_ns = std::max(sum->stream_ns, core.stream_ns);
  sum->load_ns = std::max(sum->load_ns, core.load_ns);
}

std::string weights_text(const Weights& weights) {
  const auto size = [](std::int64_t bytes) { return si(static_cast<double>(bytes), "B"); };
  const std::string streamed = fmt::format("{} streamed each call, {} at {:.4g} GB/s", size(weights.streamed),
                                           duration(weights.stream_ns), weights.bytes_per_ns);
  if (weights.resident == 0) return "weights: " + streamed;
  std::string text = fmt::format("weights: resident {} of {}", size(weights.resident), size(weights.bytes));
  if (weights.load_ns > 0) text += fmt::format(", in {} with the model", duration(weights.load_ns));
  return weights.streamed > 0 ? text + "; " + streamed : text;
}

}  // namespace inf::workflow
