#pragma once
#include <array>
#include <vector>

#include "compiler/streams/generator.h"
#include "compiler/streams/matrix_access.h"
#include "compiler/streams/memory_clocks.h"
#include "compiler/streams/plane_access.h"
#include "compiler/streams/stream_builder.h"
#include "compiler/streams/weight_ring.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// Which engine triggers loads, triggers stores and fills borders: the least busy ones that the chip has.
struct Roles {
  arch::Engine load, store, fill;
  explicit Roles(const arch::ChipSpec& chip);
};

/// The PSUM banks and when each is free again, taken in turn.
class PsumBanks {
 public:
  explicit PsumBanks(int banks) : free_(static_cast<std::size_t>(banks)), held_(free_.size()) {}
  int count() const { return static_cast<int>(free_.size()); }
  /// The next bank that nobody holds. At least one must be left.
  int take() {
    do next_ = (next_ + 1) % count();
    while (held_[static_cast<std::size_t>(next_)]);
    return next_;
  }
  /// A bank that take() leaves out until release(): its last reader is not issued yet.
  int hold() {
    const int bank = take();
    held_[static_cast<std::size_t>(bank)] = true;
    return bank;
  }
  void release(int bank) { held_[static_cast<std::size_t>(bank)] = false; }
  /// The first of `n` neighbouring banks.
  int take_run(int n);
  Horizon& free(int bank) { return free_[static_cast<std::size_t>(bank)]; }

 private:
  std::vector<Horizon> free_;
  std::vector<bool> held_;
  int next_ = -1;
};

/// Where the resident constants lie in SBUF: fp32 parameter columns and, when asked for, an identity matrix.
struct Residents {
  std::int64_t params = 0, identity = 0, end = 0;  ///< bytes from the start of a partition
  Horizon ready;
};

/// What an emitter works with: the program it lowers, the streams it appends to, and who owns which memory when.
struct Emission {
  const TileProgram& program;
  const arch::ChipSpec& chip;
  StreamBuilder& streams;
  SbufArena& sbuf;
  DramClocks& dram;
  PsumBanks& psum;
  MatrixClocks& matrices;
  PlaneClocks& planes;
  WeightRing& weights;
  Roles roles;
  Residents residents;
  std::size_t op = 0;  ///< index of the operator that is emitted
  Images images{};     ///< of the batch that its turn is about: operators on planes

  /// fp32 column `index` of the parameter block as a [P,1] operand.
  isa::ScalarOperand param(int index, int partitions) const;
  isa::Access identity(int partitions) const;
  bool evict_on_vector = false;  ///< whose turn it is
  /// The queue whose turn it is to take a transfer of this kind: load, store or weights.
  Line in_turn(Line kind);
  std::array<bool, 3> turn_beside{};
  Horizon emit(arch::Engine engine, isa::Operation op, const Horizon& after) {
    return streams.emit(engine, std::move(op), after);
  }
  /// Device memory to SBUF; waits for the source's writer.
  Horizon load(const isa::Access& dst, const isa::Access& src, TensorId tensor, const DramClocks::Rows& rows,
               const Horizon& after);
  /// The same by the queue of stores: what waits for buffers must not hold up the weights behind it.
  Horizon load_aside(const isa::Access& dst, const isa::Access& src, TensorId tensor, const DramClocks::Rows& rows,
                     const Horizon& after);
  /// SBUF to device memory; waits until the destination may be written.
  Horizon store(const isa::Access& dst, const isa::Access& src, TensorId tensor, const DramClocks::Rows& rows,
                const Horizon& after);
  /// The same for one of several parts that do not overlap: waits for `free`, which is when all of the tensor could be
  /// written before the first part was.
  Horizon store_part(const isa::Access& dst, const isa::Access& src, TensorId tensor, const Horizon& free,
                     const Horizon& after);
};

/// A count as access patterns have it.
inline std::uint32_t u32(std::int64_t n) { return static_cast<std::uint32_t>(n); }

isa::Access sbuf_access(std::int64_t offset, int start_partition, int partitions, DType dtype, const Pattern& free);
isa::Access psum_access(const arch::ChipSpec& chip, int bank, int partitions, const Pattern& free);
/// `start` in elements of the tensor, `partition_step` in elements.
isa::Access dram_access(const TileProgram& program, TensorId tensor, std::int64_t start, int partitions,
                        std::int64_t partition_step, const Pattern& free);

/// An image tensor seen as [N, C, H, W].
struct ImageView {
  std::int64_t n, c, h, w, image_step;
  ImageView(const TileProgram& program, TensorId tensor);
  std::int64_t plane() const { return h * w; }
  std::int64_t at(std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t col) const {
    return image * image_step + (channel * h + row) * w + col;
  }
};

/// Applies the steps of `act` that one activation instruction with bias cannot do; `data` holds act's argument (see
/// first_step). `scratch` is needed by some functions (needs_scratch) and has data's shape.
Horizon finish_activation(Emission& e, const Activation& act, const isa::Access& data, const isa::Access& scratch,
                          const Horizon& after);
/// dst = act(scale * src + bias) from PSUM; `bias` is the immediate 0 or one value per partition. Plain copies take the
/// vector and the scalar engine in turn.
Horizon evict(Emission& e, const Activation& act, const isa::Access& dst, const isa::Access& src, float scale,
              const isa::ScalarOperand& bias, const isa::Access& scratch, const Horizon& after);

/// The function, scale and alpha of the activation instruction that starts `act`.
struct FirstStep {
  numerics::ActFn function = numerics::ActFn::copy;
  float scale = 1, alpha = 0;
};
FirstStep first_step(const Activation& act);

/// The instructions of one operator, tile by tile.
Generator emit(Emission& e, const TileKind& tile);
Generator emit_conv(Emission& e, const ConvTile& t);
Generator emit_pool(Emission& e, const PoolTile& t);
/// The same with results that stay in SBUF.
Generator emit_conv_on_planes(Emission& e, const ConvTile& t);
Generator emit_pool_on_planes(Emission& e, const PoolTile& t);
Generator emit_plane_reduce(Emission& e, const PlaneReduceTile& t);
Generator emit_plane_store(Emission& e, const PlaneStoreTile& t);
Generator emit_resize(Emission& e, const ResizeTile& t);
Generator emit_flat(Emission& e, const FlatTile& t);
Generator emit_affine(Emission& e, const AffineTile& t);
Generator emit_softmax(Emission& e, const SoftmaxTile& t);
Generator emit_reduce(Emission& e, const ReduceTile& t);
Generator emit_copy(Emission& e, const CopyTile& t);
Generator emit_fetch(Emission& e, const FetchTile& t);
Generator emit_deposit(Emission& e, const DepositTile& t);
Generator emit_turn(Emission& e, const TurnTile& t);
Generator emit_linear(Emission& e, const LinearTile& t);
Generator emit_norm(Emission& e, const NormTile& t);
Generator emit_attention(Emission& e, const AttentionTile& t);
Generator emit_map(Emission& e, const MatrixMapTile& t);
Generator emit_loop(Emission& e, const LoopTile& t);
Generator emit_end_loop(Emission& e, const EndLoopTile& t);
Generator emit_nest(Emission& e, const NestTile& t);
Generator emit_line(Emission& e, const LineTile& t);
Generator emit_transpose(Emission& e, const TransposeTile& t);
Generator emit_rows_by_index(Emission& e, const RowTile& t);

}  // namespace inf::compiler
