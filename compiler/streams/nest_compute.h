#pragma once
#include <vector>

#include "compiler/streams/emission.h"

namespace inf::compiler {

/// Where one tile of an elementwise operator lies. All accesses have one shape.
struct NestOperands {
  std::vector<isa::ScalarOperand> in;  ///< a tile in SBUF, or an immediate
  isa::Access out;
  std::vector<isa::Access> buffers;  ///< fp32, as many as nest_buffers() says
  isa::Access scratch;               ///< of out's type, where needs_scratch() holds
};

/// The instructions of one tile; returns when `out` is complete and nothing is read any more.
Horizon compute_nest(Emission& e, const NestTile& t, const NestOperands& o, const Horizon& after);

}  // namespace inf::compiler
