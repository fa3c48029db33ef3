#pragma once
#include <string>
#include <vector>

#include "tools/workflow/boxes.h"
#include "tools/workflow/image.h"
#include "tools/workflow/pre_post.h"

namespace inf::workflow {

/// PARSeq's pre-processing: bicubic to the model's size, whatever the picture's shape, then (x / 255 - 0.5) / 0.5.
/// Shapes: the result is [3, size.height, size.width], RGB.
/// Errors: import at `place` when the picture is narrower or lower than 2 pixels.
std::vector<float> word_tensor(const Image& word, Extent size, const std::string& place);

/// A box with each side moved inwards. Units: pixels; a side shorter than twice that becomes a point.
TextBox trimmed(const TextBox& box, float pixels);

/// The piece of a page inside a box, turned upright; the box's first side is the top of the text.
/// Errors: import, with the box, when less than 2 pixels of the page on a side lie inside it.
Image crop_box(const Image& page, const TextBox& box, const std::string& place);

/// The page with boxes and what was read in them, above each box in the font that OpenCV carries.
Image draw_texts(const Image& page, std::span<const TextBox> boxes, std::span<const std::string> texts);

}  // namespace inf::workflow
