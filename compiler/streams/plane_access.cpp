#include "compiler/streams/plane_access.h"

#include <algorithm>

#include "compiler/streams/emission.h"
#include "compiler/tiles/reach.h"
#include "compiler/tiles/schedule.h"

namespace inf::compiler {

PlaneClocks::PlaneClocks(const TileProgram& program) {
  for (const Plane& p : program.planes) {
    State s;
    s.rows = p.rows;
    s.written.resize(static_cast<std::size_t>(p.images * p.rows));
    states_.push_back(std::move(s));
  }
}

Horizon PlaneClocks::ready(PlaneId id, std::int64_t image, std::int64_t first, std::int64_t last) const {
  const State& s = state(id);
  Horizon done = s.border;
  for (std::int64_t row = std::max<std::int64_t>(first, 0); row < std::min(last, s.rows); ++row)
    done.merge(s.written[static_cast<std::size_t>(image * s.rows + row)]);
  return done;
}

void PlaneClocks::note_write(PlaneId id, std::int64_t image, std::int64_t first, std::int64_t last,
                             const Horizon& until) {
  State& s = state(id);
  for (std::int64_t row = first; row < last; ++row)
    s.written[static_cast<std::size_t>(image * s.rows + row)].merge(until);
}

void PlaneClocks::start(PlaneId id, const Horizon& past) {
  State& s = state(id);
  s.base = past;
  s.used = s.border = {};
  std::fill(s.written.begin(), s.written.end(), Horizon{});
}

Horizon PlaneClocks::finished(PlaneId id) const {
  const State& s = state(id);
  Horizon until = s.base + s.used + s.border;
  for (const Horizon& h : s.written) until.merge(h);
  return until;
}

isa::Access plane_access(const Plane& plane, const PlaneWindow& w) {
  const auto step = [](std::int64_t n) { return static_cast<std::int32_t>(n); };
  return sbuf_access(plane.offset + plane.at(w.block, w.image, w.row, w.col) * size_of(plane.dtype), w.start_partition,
                     w.partitions, plane.dtype,
                     Pattern::grid({step(plane.area()), u32(w.images)}, {step(w.row_step * plane.pitch()), u32(w.rows)},
                                   {step(w.col_step), u32(w.cols)}));
}

std::int64_t images_together(const Plane& plane, std::int64_t images, std::int64_t elements) {
  if (!in_reach(plane.area(), images)) return 1;
  return std::clamp<std::int64_t>(isa::kMaxFreeSbuf / elements, 1, images);
}

Pattern dense(const PlaneWindow& w) {
  return Pattern::grid({static_cast<std::int32_t>(w.rows * w.cols), u32(w.images)},
                       {static_cast<std::int32_t>(w.cols), u32(w.rows)}, {1, u32(w.cols)});
}

void fill_borders(Emission& e, const PlaneForms& forms) {
  for (const PlaneId id : {forms.stored, forms.operand}) {
    if (id == kNoPlane || e.program.plane(id).border == Pads{}) continue;
    // A plane of the whole batch is filled in its first turn.
    if (!is_partial(e.program, id) && e.images.first > 0) continue;
    const Plane& p = e.program.plane(id);
    const Pads& b = p.border;
    const auto fill = [&](std::int64_t row, std::int64_t col, std::int64_t rows, std::int64_t cols) {
      if (rows == 0 || cols == 0) return;
      const std::int64_t together = images_together(p, p.images, rows * cols);
      for (std::int64_t block = 0; block < p.blocks(e.chip.sbuf.partitions); ++block)
        for (std::int64_t image = 0; image < p.images; image += together)
          for (const WindowPart& part : window_parts(rows, cols, p.pitch(), isa::kMaxFreeSbuf)) {
            const isa::Access dst = plane_access(p, {.block = block,
                                                     .partitions = p.partitions_of(block, e.chip.sbuf.partitions),
                                                     .image = image,
                                                     .images = std::min(together, p.images - image),
                                                     .row = row + part.row,
                                                     .col = col + part.col,
                                                     .rows = part.rows,
                                                     .cols = part.cols});
            e.planes.note_border(id, e.emit(e.roles.fill, isa::Memset{dst, p.outside}, e.planes.writable(id)));
          }
    };
    fill(-b.top, -b.left, b.top, p.pitch());
    fill(p.rows, -b.left, b.bottom, p.pitch());
    fill(0, -b.left, p.rows, b.left);
    fill(0, p.cols, p.rows, b.right);
  }
}

void round_operand(Emission& e, const PlaneForms& forms, const PlaneWindow& window, const Horizon& stored) {
  if (forms.stored == kNoPlane || forms.operand == kNoPlane) return;
  const isa::TensorCopy copy{.dst = plane_access(e.program.plane(forms.operand), window),
                             .src = plane_access(e.program.plane(forms.stored), window)};
  const Horizon done = e.emit(e.roles.fill, copy, stored + e.planes.writable(forms.operand));
  e.planes.note_read(forms.stored, done);
  for (std::int64_t i = 0; i < window.images; ++i)
    e.planes.note_write(forms.operand, window.image + i, window.row, window.row + window.rows, done);
}

std::int64_t first_image(const Emission& e, PlaneId plane) { return is_partial(e.program, plane) ? 0 : e.images.first; }

std::int64_t images_of_turn(const Emission& e) { return e.images.count > 0 ? e.images.count : e.program.images; }

}  // namespace inf::compiler
