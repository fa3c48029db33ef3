#pragma once
#include "tools/workflow/image.h"

namespace inf::workflow {

/// A picture at another size by bicubic interpolation (a = -0.5); where it shrinks, the kernel widens with the step, so
/// that every pixel counts. First along x, then along y, each rounded to 8 bits.
/// Source: what PIL's BICUBIC does, which PARSeq's official pre-processing uses.
Image resample_bicubic(const Image& image, int width, int height);

}  // namespace inf::workflow
