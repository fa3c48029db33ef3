#pragma once
#include <string>
#include <vector>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// A stretch of a made path, by its length.
struct MadeStretch {
  std::int64_t ticks;
  std::string engine;
  int op;
  std::string cause;
};

/// An operator with its ONNX nodes.
inline ProfileOperator made_operator(const std::string& name, const std::vector<std::string>& nodes = {},
                                     const std::string& layer = "") {
  ProfileOperator op;
  op.use.name = name;
  op.use.kind = "conv2d";
  op.use.nodes = nodes.empty() ? std::vector<std::string>{name} : nodes;
  op.layer = layer;
  return op;
}

/// A run whose critical path is this, on a chip with ticks of `mhz`; operators get their parts of it.
inline Profile made_profile(std::vector<ProfileOperator> operators, const std::vector<MadeStretch>& path,
                            std::int64_t mhz = 1000) {
  Profile p;
  p.workload = "made";
  p.model = "made";
  p.chip = "inf2", p.chip_title = "AWS Inferentia2", p.chip_hash = "0";
  p.precision = "bf16";
  p.mode = "timing";
  p.tick_mhz = mhz;
  p.operators = std::move(operators);
  for (const MadeStretch& s : path) {
    p.path.push_back({p.ticks, p.ticks + s.ticks, s.engine, s.op, s.cause, -1, ""});
    p.ticks += s.ticks;
    if (s.op < 0) continue;
    ProfileOperator& op = p.operators[static_cast<std::size_t>(s.op)];
    op.path_ticks += s.ticks;
    bool known = false;
    for (auto& [cause, ticks] : op.path_by_cause)
      if (cause == s.cause) ticks += s.ticks, known = true;
    if (!known) op.path_by_cause.emplace_back(s.cause, s.ticks);
  }
  p.programs.push_back({"made", 0, 0, 0, p.ticks});
  return p;
}

/// The numbers of an Inferentia2 that findings look at.
inline void add_chip(Profile& p) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"tensor.rows", "128"},
                                                        {"tensor.columns", "128"},
                                                        {"tensor.clock_mhz", "2800"},
                                                        {"tensor.fp32_passes", "4"},
                                                        {"dma.engines", "16"},
                                                        {"dma.bytes_per_ns", "17"},
                                                        {"dma.descriptor_ns", "7"},
                                                        {"sbuf.partitions", "128"},
                                                        {"sbuf.bytes_per_partition", "196608"},
                                                        {"sbuf.reserved_per_partition", "0"}})
    p.settings.emplace_back("chip." + key, value);
}

}  // namespace inf::workflow
