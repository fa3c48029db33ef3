#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tools/workflow/image.h"
#include "tools/workflow/npy.h"

namespace inf::workflow::page {

/// One channel of a map. Shapes: values [height, width].
struct Plane {
  int height = 0, width = 0;
  std::vector<float> values;
};

/// The channels of an output that is a picture of few channels: [batch, height, width, channels] or [batch, channels,
/// height, width] with up to 4 channels and sides of at least 8, of the first of the batch. None for other outputs.
std::vector<Plane> planes_of(const NpyArray& output);

/// Boxes of `factor` x `factor` values become one: their mean, or the one of the largest magnitude.
Plane shrink(const Plane& plane, int factor, bool largest);

/// Values from `low` to `high` as colours from dark blue over green to yellow, in order of lightness; values that are
/// not finite are red.
Image coloured(const Plane& plane, float low, float high);

/// Boxes of `factor` x `factor` pixels become one: their mean, rounded.
Image shrink(const Image& image, int factor);

/// The least whole factor by which sides of at most `most` remain.
int shrink_factor(int height, int width, int most);

/// The picture as a data URI, made smaller until its PNG file has at most `most_bytes`.
std::string picture_uri(const Image& image, std::size_t most_bytes);

}  // namespace inf::workflow::page
