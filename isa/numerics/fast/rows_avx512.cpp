#include "isa/numerics/fast/row_kernels.h"

namespace inf::numerics::fast {
namespace {
#include "isa/numerics/fast/row_kernels.inc"
}  // namespace

const RowKernels& row_kernels_avx512() { return kKernels; }

}  // namespace inf::numerics::fast
