#pragma once
#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Slots of every ring: one in use, one being filled or drained.
inline constexpr int kBandSlots = 2;

/// Size of an input band in SBUF, and where the first tap lies in it. Units: rows and columns of one channel block.
struct BandExtent {
  int rows = 0, cols = 0;
  int left = 0;    ///< columns before column 0 of the plane
  int low_dy = 0;  ///< smallest row offset of any tap
};
BandExtent band_extent(const ConvTile& t);

/// Phase rows over all bands; the most that any phase has.
int phase_rows(const ConvTile& t);
/// First plane row that the band starting at phase row `row` reads, and how many rows it reads.
int first_input_row(const ConvTile& t, int row);
int input_rows(const ConvTile& t, int rows);
/// Contraction steps over all phases, the step at which a phase starts, and the most partitions of any step.
int total_steps(const ConvTile& t);
int first_step_of(const ConvTile& t, const Phase& phase);
int widest_step(const ConvTile& t);
/// Bytes per partition of one staging slot: a band of output rows of one output-channel block.
std::int64_t staging_bytes(const ConvTile& t, std::int64_t width, int element_size);

/// The taps of a plain or transposed convolution as phases, without contraction steps.
std::vector<Phase> conv_phases(const Conv& conv, const Shape& weights, const Shape& y);

/// SBUF bytes per partition that the operator keeps live.
std::int64_t sbuf_bytes(const TileProgram& program, const ConvTile& t, const arch::ChipSpec& chip);

/// Chooses packing, band rows, PSUM tile shape and weight chunks by the cost functions of the chip.
/// Errors: Error{unsupported} when not even one row fits into SBUF.
OpEstimate plan_conv(TileProgram& program, ConvTile& t, const arch::ChipSpec& chip, const std::string& node);

/// The same for a convolution whose result stays in SBUF: every tap of every channel block is a step of its own, since
/// planes hold one copy of an image, and weights stream in chunks. Sets planes.images and planes.width.
OpEstimate plan_conv_on_planes(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip);

/// The weights of some groups of a convolution, addressed by output and contraction channel counted over those groups.
/// Units: steps in elements. Channels of different groups do not meet: their weight is 0.
struct KernelView {
  const float* data = nullptr;  ///< first group
  int outputs_per_group = 1, inputs_per_group = 1;
  std::int64_t group_step = 0, output_step = 0, input_step = 0;
  int width = 1;  ///< kernel columns

  float at(int output, int input, int ky, int kx) const {
    const int group = output / outputs_per_group;
    if (group != input / inputs_per_group) return 0;
    return data[group * group_step + output % outputs_per_group * output_step + input % inputs_per_group * input_step +
                ky * width + kx];
  }
};

/// Weights in the order in which SBUF holds them: [chunk][partition][step][output of chunk], zero where a step has no
/// tap.
std::vector<float> arrange_weights(const ConvTile& t, const arch::ChipSpec& chip, const KernelView& weights);
/// How many elements arrange_weights returns.
std::int64_t arranged_elements(const ConvTile& t, const arch::ChipSpec& chip);

}  // namespace inf::compiler
