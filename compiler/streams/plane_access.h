#pragma once
#include <vector>

#include "compiler/streams/horizon.h"
#include "compiler/tiles/tile_program.h"
#include "isa/table/instructions.h"

namespace inf::compiler {

struct Emission;

/// Images [first, first + count) of a batch.
struct Images {
  std::int64_t first = 0, count = 0;
};

/// When the rows of each plane in SBUF are complete, and when its readers are done.
class PlaneClocks {
 public:
  explicit PlaneClocks(const TileProgram& program);

  /// When rows [first, last) of `image` are complete, all channels of them; rows outside are the border's.
  Horizon ready(PlaneId id, std::int64_t image, std::int64_t first, std::int64_t last) const;
  void note_write(PlaneId id, std::int64_t image, std::int64_t first, std::int64_t last, const Horizon& until);
  void note_border(PlaneId id, const Horizon& until) { state(id).border.merge(until); }
  void note_read(PlaneId id, const Horizon& until) { state(id).used.merge(until); }
  /// When the plane may be written: what lay at its place before is gone.
  Horizon writable(PlaneId id) const { return state(id).base; }
  /// Gives the plane its place: `past` says when that was last in use.
  void start(PlaneId id, const Horizon& past);
  /// When nobody needs the place any more.
  Horizon finished(PlaneId id) const;

 private:
  struct State {
    Horizon base, used, border;
    std::int64_t rows = 0;
    std::vector<Horizon> written;  ///< by image and row
  };
  State& state(PlaneId id) { return states_[static_cast<std::size_t>(id)]; }
  const State& state(PlaneId id) const { return states_[static_cast<std::size_t>(id)]; }

  std::vector<State> states_;
};

/// A part of neighbouring images of a plane.
struct PlaneWindow {
  std::int64_t block = 0;
  int start_partition = 0, partitions = 0;
  std::int64_t image = 0, images = 1;  ///< counted in the plane
  std::int64_t row = 0, col = 0;       ///< negative ones lie in the border
  std::int64_t rows = 1, cols = 1;     ///< how many
  std::int64_t row_step = 1, col_step = 1;
};
isa::Access plane_access(const Plane& plane, const PlaneWindow& window);
/// How many of `images` neighbouring images one instruction can address when it reads or writes `elements` of each.
std::int64_t images_together(const Plane& plane, std::int64_t images, std::int64_t elements);
/// Elements in the same order without gaps: what a PSUM bank holds of a window.
Pattern dense(const PlaneWindow& window);

/// Sets the borders of both forms; call it once in every turn of the operator that writes them.
void fill_borders(Emission& e, const PlaneForms& forms);
/// Makes the operand form of rows [row, row + rows) of a window's images from the stored one, where there are both.
void round_operand(Emission& e, const PlaneForms& forms, const PlaneWindow& window, const Horizon& stored);
/// Where the images of this turn lie in a plane: the plane's own count, or the batch's.
std::int64_t first_image(const Emission& e, PlaneId plane);
/// Images of this turn.
std::int64_t images_of_turn(const Emission& e);

}  // namespace inf::compiler
