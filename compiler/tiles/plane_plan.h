#pragma once
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/tiles/plane.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// A form of a value in SBUF that some operator wants.
struct WantedForm {
  bool wanted = false;
  Pads border;
  float outside = 0;
};

/// Which image values stay in SBUF between the convolutions and poolings that make and read them.
struct PlanePlan {
  struct ForValue {
    bool kept = false;
    WantedForm stored, operand;
    bool in_memory = false;  ///< somebody reads it from device memory too
    std::int64_t images = 0;
  };
  std::vector<ForValue> values;
  std::vector<std::int64_t> groups;  ///< by node: images of one turn, 0: all at once
  std::vector<bool> reduces;         ///< by node: a global pooling that reads a plane and makes features

  const ForValue& of(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
};

struct PlaneSetting {
  DType compute = DType::bf16, storage = DType::bf16;
  std::int64_t weight_ring = 0;  ///< bytes per partition
  double share = 1;
};
/// Decides by sizes and lifetimes; what does not fit goes through device memory. `share`: of the room for planes, that
/// may be planned with.
PlanePlan plan_planes(const Graph& graph, const arch::ChipSpec& chip, const PlaneSetting& setting);

/// Bytes per partition that chunks of weights share: those that all stay are cut as if they came through a ring.
std::int64_t chunk_room(std::int64_t weight_ring, const arch::ChipSpec& chip);

/// Bytes per partition that an operator on planes works in beside them: more where its input passes in bands.
std::int64_t plane_workspace(const arch::ChipSpec& chip, bool bands);

}  // namespace inf::compiler
