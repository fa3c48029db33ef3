#include "compiler/streams/emission.h"

#include "compiler/tiles/reach.h"
#include "isa/base/overload.h"

namespace inf::compiler {

using arch::Engine;

Roles::Roles(const arch::ChipSpec& chip)
    : load(chip.has(Engine::sync) ? Engine::sync : Engine::vector),
      store(chip.has(Engine::gpsimd) ? Engine::gpsimd : Engine::scalar),
      fill(chip.has(Engine::gpsimd) ? Engine::gpsimd : Engine::vector) {}

int PsumBanks::take_run(int n) {
  int first = (next_ + n) / n * n;
  if (first + n > count()) first = 0;
  next_ = first + n - 1;
  return first;
}

namespace {

isa::Access access(isa::Memory memory, std::int64_t offset, int start_partition, int partitions, DType dtype,
                   const Pattern& free) {
  isa::Access a;
  a.memory = memory;
  a.dtype = dtype;
  a.start_partition = static_cast<std::uint8_t>(start_partition);
  a.partitions = static_cast<std::uint16_t>(partitions);
  a.offset = offset;
  a.free = free;
  return a;
}

}  // namespace

isa::Access sbuf_access(std::int64_t offset, int start_partition, int partitions, DType dtype, const Pattern& free) {
  Pattern p = free;
  for (Dim& d : p.dims)  // the step of a lone element says nothing, and may have more bits than its field
    if (d.count == 1 && !in_reach(d.step, 2)) d.step = 0;
  return access(isa::Memory::sbuf, offset, start_partition, partitions, dtype, p);
}

isa::Access psum_access(const arch::ChipSpec& chip, int bank, int partitions, const Pattern& free) {
  isa::Access a = sbuf_access(bank * chip.psum.bank_bytes, 0, partitions, DType::fp32, free);
  a.memory = isa::Memory::psum;
  return a;
}

isa::Access dram_access(const TileProgram& program, TensorId tensor, std::int64_t start, int partitions,
                        std::int64_t partition_step, const Pattern& free) {
  std::int64_t begin = 0;
  const TileTensor& root = program.tensor(program.root(tensor, &begin));
  const std::int64_t size = size_of(root.dtype);
  isa::Access a = access(isa::Memory::dram, root.offset + (begin + start) * size, 0, partitions, root.dtype, free);
  a.partition_step = partition_step * size;
  return a;
}

ImageView::ImageView(const TileProgram& program, TensorId tensor) {
  const TileTensor& t = program.tensor(tensor);
  Shape s = t.shape;
  while (s.size() < 4) s.push_back(1);
  n = s[0], c = s[1], h = s[2], w = s[3];
  image_step = t.image_step > 0 ? t.image_step : c * h * w;
}

isa::ScalarOperand Emission::param(int index, int partitions) const {
  if (index < 0) return isa::ScalarOperand::imm(0);
  return isa::ScalarOperand::vector(
      sbuf_access(residents.params + index * 4, 0, partitions, DType::fp32, Pattern::row(1)));
}

isa::Access Emission::identity(int partitions) const {
  return sbuf_access(residents.identity, 0, partitions, program.storage,
                     Pattern::row(static_cast<std::uint32_t>(partitions)));
}

Line Emission::in_turn(Line kind) {
  if (queue_number(beside(kind)) >= chip.dma.queues) return kind;
  bool& second = turn_beside[static_cast<std::size_t>(kind) - static_cast<std::size_t>(Line::load)];
  second = !second;
  return second ? kind : beside(kind);
}

Horizon Emission::load(const isa::Access& dst, const isa::Access& src, TensorId tensor, const DramClocks::Rows& rows,
                       const Horizon& after) {
  const bool constant = program.tensor(program.root(tensor)).role == TileTensor::Role::constant;
  const Horizon done = streams.copy(roles.load, in_turn(constant ? Line::weights : Line::load),
                                    isa::DmaCopy{.dst = dst, .src = src}, after + dram.ready(tensor, rows));
  dram.note_read(tensor, done);
  return done;
}

Horizon Emission::load_aside(const isa::Access& dst, const isa::Access& src, TensorId tensor,
                             const DramClocks::Rows& rows, const Horizon& after) {
  const Horizon done = streams.copy(roles.store, in_turn(Line::store), isa::DmaCopy{.dst = dst, .src = src},
                                    after + dram.ready(tensor, rows));
  dram.note_read(tensor, done);
  return done;
}

Horizon Emission::store(const isa::Access& dst, const isa::Access& src, TensorId tensor, const DramClocks::Rows& rows,
                        const Horizon& after) {
  const Horizon done = streams.copy(roles.store, in_turn(Line::store), isa::DmaCopy{.dst = dst, .src = src},
                                    after + dram.writable(tensor, rows));
  dram.note_write(tensor, rows, done);
  return done;
}

Horizon Emission::store_part(const isa::Access& dst, const isa::Access& src, TensorId tensor, const Horizon& free,
                             const Horizon& after) {
  const Horizon done =
      streams.copy(roles.store, in_turn(Line::store), isa::DmaCopy{.dst = dst, .src = src}, after + free);
  dram.note_write(tensor, dram.whole(tensor), done);
  return done;
}

Generator emit(Emission& e, const TileKind& tile) {
  return std::visit(
      Overload{[&](const ConvTile& t) { return t.planes.y.any() ? emit_conv_on_planes(e, t) : emit_conv(e, t); },
               [&](const PoolTile& t) { return t.planes.y.any() ? emit_pool_on_planes(e, t) : emit_pool(e, t); },
               [&](const PlaneReduceTile& t) { return emit_plane_reduce(e, t); },
               [&](const PlaneStoreTile& t) { return emit_plane_store(e, t); },
               [&](const ResizeTile& t) { return emit_resize(e, t); },
               [&](const FlatTile& t) { return emit_flat(e, t); },
               [&](const AffineTile& t) { return emit_affine(e, t); },
               [&](const SoftmaxTile& t) { return emit_softmax(e, t); },
               [&](const ReduceTile& t) { return emit_reduce(e, t); },
               [&](const CopyTile& t) { return emit_copy(e, t); },
               [&](const FetchTile& t) { return emit_fetch(e, t); },
               [&](const DepositTile& t) { return emit_deposit(e, t); },
               [&](const TurnTile& t) { return emit_turn(e, t); },
               [&](const LinearTile& t) { return emit_linear(e, t); },
               [&](const NormTile& t) { return emit_norm(e, t); },
               [&](const AttentionTile& t) { return emit_attention(e, t); },
               [&](const MatrixMapTile& t) { return emit_map(e, t); },
               [&](const LoopTile& t) { return emit_loop(e, t); },
               [&](const EndLoopTile& t) { return emit_end_loop(e, t); },
               [&](const NestTile& t) { return emit_nest(e, t); },
               [&](const LineTile& t) { return emit_line(e, t); },
               [&](const TransposeTile& t) { return emit_transpose(e, t); },
               [&](const RowTile& t) { return emit_rows_by_index(e, t); }},
      tile);
}

}  // namespace inf::compiler
