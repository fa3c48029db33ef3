#include "compiler/streams/emission.h"
#include "compiler/streams/nest_compute.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/nest_plan.h"

// Elementwise operators over a nest: which tile is where. What one tile computes is in nest_compute.cpp.
namespace inf::compiler {
namespace {

/// A ring of buffers of one operand; a buffer that already holds what a tile wants is not loaded again.
struct OperandRing {
  const NestOperand* operand = nullptr;
  DType dtype = DType::fp32;
  std::vector<Slot> slots;
  std::vector<std::vector<std::int64_t>> holds;  ///< start, partitions and counts of what each slot holds
  std::size_t now = 0;
};

class NestEmitter {
 public:
  NestEmitter(Emission& e, const NestTile& t) : e_(e), t_(t) {}
  Generator run();

 private:
  struct Place {
    std::vector<std::int64_t> index;  ///< of every axis: the first position of the tile
    int partitions = 1;
    std::vector<std::int64_t> count;
  };
  void allocate();
  void release();
  bool next(Place& place) const;
  std::int64_t start(const NestOperand& o, const Place& place) const;
  void load(OperandRing& ring, const Place& place);
  void tile(const Place& place);
  isa::Access dram(const NestOperand& o, const Place& place, const NestLayout& layout) const;
  DType dtype(TensorId id) const { return e_.program.tensor(e_.program.root(id)).dtype; }

  Emission& e_;
  const NestTile& t_;
  std::vector<OperandRing> in_;
  std::vector<Slot> out_, scratch_;
  std::vector<std::vector<Slot>> buffers_;
  std::size_t turn_ = 0;
  Horizon y_free_;
};

void NestEmitter::allocate() {
  const std::vector<std::int64_t> count = full_tile(t_);
  const std::int64_t all = nest_layout(t_, t_.y, count).elements;
  for (const NestOperand& o : t_.in) {
    OperandRing ring;
    ring.operand = &o;
    if (o.tensor != kNoTensor) {
      ring.dtype = dtype(o.tensor);
      const std::size_t slots = is_kept(t_, o, e_.chip) ? 1 : kBandSlots;
      for (std::size_t i = 0; i < slots; ++i)
        ring.slots.push_back(e_.sbuf.allocate(nest_layout(t_, o, count).elements * size_of(ring.dtype)));
      ring.holds.resize(slots);
    }
    in_.push_back(std::move(ring));
  }
  for (int i = 0; i < kBandSlots; ++i) {
    out_.push_back(e_.sbuf.allocate(all * size_of(dtype(t_.y.tensor))));
    if (needs_scratch(t_.act)) scratch_.push_back(e_.sbuf.allocate(all * 4));
    buffers_.emplace_back();
    for (int k = 0; k < nest_buffers(t_); ++k) buffers_.back().push_back(e_.sbuf.allocate(all * 4));
  }
}

void NestEmitter::release() {
  for (const OperandRing& ring : in_)
    for (const Slot& s : ring.slots) e_.sbuf.release(s);
  for (const Slot& s : out_) e_.sbuf.release(s);
  for (const Slot& s : scratch_) e_.sbuf.release(s);
  for (const auto& set : buffers_)
    for (const Slot& s : set) e_.sbuf.release(s);
}

/// The next tile, free axis fastest; false after the last.
bool NestEmitter::next(Place& place) const {
  const std::size_t partition = t_.partition_axis(), free = t_.free_axis();
  const auto step = [&](std::size_t axis) {
    return axis == free ? t_.piece : axis == partition ? std::int64_t{e_.chip.sbuf.partitions} : 1;
  };
  for (std::size_t axis = free + 1; axis-- > 0;) {
    place.index[axis] += step(axis);
    if (place.index[axis] < t_.size[axis]) return true;
    place.index[axis] = 0;
  }
  return false;
}

std::int64_t NestEmitter::start(const NestOperand& o, const Place& place) const {
  std::int64_t at = o.start;
  for (std::size_t i = 0; i < place.index.size(); ++i) at += place.index[i] * o.step[i];
  return at;
}

isa::Access NestEmitter::dram(const NestOperand& o, const Place& place, const NestLayout& layout) const {
  return dram_access(e_.program, o.tensor, start(o, place), place.partitions, o.step[t_.partition_axis()], layout.dram);
}

void NestEmitter::load(OperandRing& ring, const Place& place) {
  const NestOperand& o = *ring.operand;
  const NestLayout layout = nest_layout(t_, o, place.count);
  std::vector<std::int64_t> want{start(o, place), place.partitions, layout.elements};
  want.insert(want.end(), place.count.begin(), place.count.end());
  for (std::size_t i = 0; i < ring.slots.size(); ++i)
    if (ring.holds[i] == want) {
      ring.now = i;
      return;
    }
  ring.now = (ring.now + 1) % ring.slots.size();
  ring.holds[ring.now] = std::move(want);
  Slot& s = ring.slots[ring.now];
  const isa::Access dst =
      sbuf_access(s.offset, 0, place.partitions, ring.dtype, Pattern::row(static_cast<std::uint32_t>(layout.elements)));
  s.written = e_.load(dst, dram(o, place, layout), o.tensor, e_.dram.whole(o.tensor), s.free());
  s.used = {};
}

void NestEmitter::tile(const Place& place) {
  const std::size_t turn = turn_++ % kBandSlots;
  NestOperands operands;
  Horizon ready;
  for (OperandRing& ring : in_) {
    if (ring.slots.empty()) {
      operands.in.push_back({.immediate = ring.operand->immediate});
      continue;
    }
    load(ring, place);
    const Slot& s = ring.slots[ring.now];
    operands.in.push_back({.is_access = true,
                           .access = sbuf_access(s.offset, 0, place.partitions, ring.dtype,
                                                 nest_layout(t_, *ring.operand, place.count).sbuf)});
    ready.merge(s.written);
  }
  const NestLayout y = nest_layout(t_, t_.y, place.count);
  Slot& out = out_[turn];
  operands.out = sbuf_access(out.offset, 0, place.partitions, dtype(t_.y.tensor), y.sbuf);
  ready.merge(out.free());
  for (Slot& b : buffers_[turn]) {
    operands.buffers.push_back(sbuf_access(b.offset, 0, place.partitions, DType::fp32, y.sbuf));
    ready.merge(b.free());
  }
  if (!scratch_.empty()) {
    operands.scratch = sbuf_access(scratch_[turn].offset, 0, place.partitions, operands.out.dtype, y.sbuf);
    ready.merge(scratch_[turn].free());
  }
  const Horizon done = compute_nest(e_, t_, operands, ready);
  for (OperandRing& ring : in_)
    if (!ring.slots.empty()) ring.slots[ring.now].used.merge(done);
  for (Slot& b : buffers_[turn]) b.written = done;
  if (!scratch_.empty()) scratch_[turn].written = done;
  out.written = done;
  const isa::Access dense = sbuf_access(out.offset, 0, place.partitions, operands.out.dtype,
                                        Pattern::row(static_cast<std::uint32_t>(y.elements)));
  out.used = e_.store_part(dram(t_.y, place, y), dense, t_.y.tensor, y_free_, done);
}

Generator NestEmitter::run() {
  allocate();
  y_free_ = e_.dram.writable(t_.y.tensor, e_.dram.whole(t_.y.tensor));
  Place place;
  place.index.assign(t_.size.size(), 0);
  const std::size_t partition = t_.partition_axis(), free = t_.free_axis();
  do {
    place.count.assign(t_.size.begin() + static_cast<std::ptrdiff_t>(free), t_.size.end());
    place.count[0] = std::min(t_.piece, t_.size[free] - place.index[free]);
    place.partitions =
        static_cast<int>(std::min<std::int64_t>(e_.chip.sbuf.partitions, t_.size[partition] - place.index[partition]));
    tile(place);
    co_yield 0;
  } while (next(place));
  release();
}

}  // namespace

Generator emit_nest(Emission& e, const NestTile& t) { return drive<NestEmitter>(e, t); }

}  // namespace inf::compiler
