#pragma once
#include "workloads/kernels/writer.h"

namespace inf::workloads {

/// out = a + b, fp32, in tiles of `partitions` x `columns` elements: two loads, one addition, one store each.
/// `elements` is a multiple of a tile.
struct VectorAddSizes {
  std::int64_t elements = 25600;
  int partitions = 1;
  std::int64_t columns = 1;
};
Kernel vector_add(const VectorAddSizes& sizes);

/// `links` activations of one element, each on the result of the one before.
Kernel scalar_chain(std::int64_t links);

/// One load of `bytes` that an engine's semaphore sets off.
Kernel dma_start(std::int64_t bytes);

/// out = x / (1 + exp(-x)), fp32 [rows, columns]: exp and reciprocal on the scalar engine, sums and products on the
/// vector engine. Rows of tiles are as wide as x, so that SBUF has one buffer for the steps between x and out.
struct MapSizes {
  std::int64_t rows = 4096, columns = 7168;
};
Kernel silu(const MapSizes& sizes);

/// A step of AdamW on fp32 [rows, columns]: reads parameters, gradients and both moments, writes the parameters.
/// Rows may end inside a tile of 128.
Kernel adamw(const MapSizes& sizes);
/// Its constants.
struct AdamwRates {
  float beta1 = 0.9f, beta2 = 0.999f, rate = 1e-3f, decay = 0.01f, epsilon = 1e-8f;
  float correction1 = 10.0f, correction2 = 1000.0f;  ///< 1 / (1 - beta^step), for the first step
};

}  // namespace inf::workloads
