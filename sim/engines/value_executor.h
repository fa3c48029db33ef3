#pragma once
#include <cstdint>
#include <memory>

#include "sim/engines/stream.h"
#include "sim/machine/memories.h"

namespace inf::sim {

/// Computes what instructions mean, apart from when they happen. Instructions arrive in the order in which they issue.
/// A bounded window of them is kept; what overlaps in memory keeps its order, everything else may run at the same time
/// on several threads. The bits are those of running them one after another, whatever the number of threads.
///
/// Each load_stationary makes a weight set of its own, so that loads run ahead of the matmuls before them. Matmuls that
/// go on accumulating in the same PSUM region form a chain that one thread runs in one go.
class ValueExecutor {
 public:
  /// `threads` counts the calling thread; at least 1. `image` names operators in messages.
  ValueExecutor(Memories& memories, EngineState& state, const isa::ProgramImage& image, std::int64_t psum_bank_bytes,
                int threads);
  ~ValueExecutor();

  /// Takes a copy of what it needs. Errors of earlier instructions surface here or in finish(), the earliest one.
  void submit(const Decoded& d);
  /// One int32 of SBUF behind everything submitted before.
  std::int32_t read_int32(const isa::Access& src);
  /// Waits until everything submitted is done.
  void finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inf::sim
