#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/workflow/boxes.h"
#include "tools/workflow/image.h"

namespace inf::workflow {

/// A picture's size in pixels.
struct Extent {
  int height = 0, width = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

/// How a picture was laid on the model's input. Units: pixels.
struct Geometry {
  Extent image;      ///< as read
  Extent scaled;     ///< after scaling by `ratio`
  Extent canvas;     ///< the model's input: multiples of 32, the scaled picture at its top left
  double ratio = 1;  ///< scaled / image

  int pad_right() const { return canvas.width - scaled.width; }
  int pad_bottom() const { return canvas.height - scaled.height; }
  /// "760x960 scaled by 0.8 to 608x768 (width x height), padded by 160 on the right and 0 at the bottom".
  std::string text() const;
};

/// CRAFT's pre-processing. Source: workload facts, defaults of the official code.
struct PreOptions {
  double mag_ratio = 1.5;  ///< the longer side grows by at most this
  int canvas_size = 1280;  ///< and to at most this many pixels
  std::optional<Extent>
      canvas;  ///< a fixed input size, in place of canvas_size: the picture is scaled to fit and zero-padded
};

/// A model input with where its pixels came from.
struct Prepared {
  std::vector<float>
      tensor;  ///< [1, 3, canvas.height, canvas.width], RGB, normalised with ImageNet's mean and deviation
  Geometry geometry;
};

/// Scales bilinearly so that the longer side is min(mag_ratio x longer side, canvas), pads with black on the right and
/// at the bottom up to multiples of 32, subtracts the mean and divides by the standard deviation of ImageNet's
/// channels. Errors: config when mag_ratio or the canvas is out of range or no multiple of 32; import when the picture
/// scales to nothing.
Prepared preprocess(const Image& image, const PreOptions& options);

/// CRAFT's post-processing thresholds. Source: workload facts, defaults of the official code.
struct PostOptions {
  float low_text = 0.4F;        ///< region score above which a pixel is text
  float link_threshold = 0.4F;  ///< affinity score above which a pixel links characters
  float text_threshold = 0.7F;  ///< a component's highest region score must reach this
  int min_area = 10;            ///< pixels of the score map
};

/// Turns the score maps into boxes in image coordinates, in order of their components (top to bottom, then left to
/// right). Shapes: scores [canvas.height / 2, canvas.width / 2, 2], region score then affinity score. Errors: internal
/// when the number of scores does not fit the geometry; check_failed when a score is not finite.
std::vector<TextBox> find_boxes(std::span<const float> scores, const Geometry& geometry, const PostOptions& options);

}  // namespace inf::workflow
