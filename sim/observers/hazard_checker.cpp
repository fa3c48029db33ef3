#include "sim/observers/hazard_checker.h"

#include "isa/base/error.h"
#include "sim/engines/place.h"
#include "sim/engines/stream.h"

namespace inf::sim {
namespace {

constexpr std::uint64_t kPruneEvery = 512;  ///< instructions
constexpr std::uint64_t kActiveWithin =
    4096;  ///< an engine without an instruction for so long does not hold records back

std::string place_of(const isa::Access& a, int partition, std::int64_t byte) {
  const std::string offset = "byte " + std::to_string(byte);
  return a.memory == isa::Memory::dram
             ? "device memory " + offset
             : std::string(isa::name(a.memory)) + " partition " + std::to_string(partition) + " " + offset;
}

bool is_matmul(const isa::Operation& op) { return std::holds_alternative<isa::Matmul>(op); }

}  // namespace

HazardChecker::HazardChecker(const arch::ChipSpec& chip, const isa::ProgramImage& image)
    : image_(image),
      order_(chip.semaphores.count),
      log_(chip, image),
      sbuf_(chip.sbuf.bytes_per_partition, chip.sbuf.partitions),
      psum_(chip.psum.banks * chip.psum.bank_bytes, chip.psum.partitions),
      accumulators_(chip.psum.banks * chip.psum.bank_bytes, chip.psum.partitions),
      dram_(image.dram_bytes),
      pinned_(image.preload) {
  using Role = isa::TensorEntry::Role;
  for (const isa::TensorEntry& t : image.tensors)
    if (t.role == Role::input || t.role == Role::constant) dram_.set(t.offset, t.offset + t.bytes);
  for (const isa::DmaCopy& copy : image.preload) sbuf_.set(copy.dst, box_of(copy.dst));
}

Owner HazardChecker::owner_of(const Issued& i) const { return {i.inst.pc, i.inst.op, i.inst.opcode(), i.engine}; }

std::string HazardChecker::describe(const Owner& o) const { return place_of(o.engine, o.pc, o.opcode, o.op, image_); }

void HazardChecker::issued(const Issued& i) {
  ++count_;
  last_issue_[static_cast<std::size_t>(i.engine)] = count_;
  const int agent = order_.agent_of(i.engine, i.inst.inst.op);
  if (const auto race = order_.acquire(i.engine, agent, i.inst.inst.waits, owner_of(i))) stop(i, *race);
  const VectorClock& start = order_.engine_clock(static_cast<int>(i.engine));
  const std::uint32_t index = order_.begin(i.engine, agent, i.inst.inst.op);
  if (agent >= arch::kEngines) triggers_dma_[static_cast<std::size_t>(i.engine)] = true;
  if (i.inst.footprint.count) {
    check_races(i, agent, index, start);
    check_reads(i);
    check_pinned(i);
    check_accumulation(i);
    note_writes(i);
  }
  if (i.inst.inst.signal.used)
    if (const auto race = order_.release(i.engine, agent, index, i.inst.inst.signal, owner_of(i))) stop(i, *race);
  if (count_ % kPruneEvery == 0) prune();
}

void HazardChecker::stop(const Issued& i, const SemaphoreRace& race) const {
  const std::string semaphore = "s" + std::to_string(race.semaphore), other = describe(race.other);
  std::string message, way_out;
  switch (race.kind) {
    case SemaphoreRace::Kind::set_over_update:
      message = "sets " + semaphore + ", which " + other + " changes without being ordered before it";
      way_out = "set a semaphore only behind a wait that all of its updates are needed for";
      break;
    case SemaphoreRace::Kind::set_over_wait:
      message = "sets " + semaphore + ", for which " + other + " waits without being ordered before it";
      way_out = "set a semaphore only when everyone who waits for its old counts has said so";
      break;
    case SemaphoreRace::Kind::update_over_set:
      message = "changes " + semaphore + ", which " + other + " sets without being ordered before it";
      way_out = "let it wait for a semaphore that is signalled behind the one that sets";
      break;
    case SemaphoreRace::Kind::stale_wait:
      message = "waits for a value of " + semaphore + " that an old count reaches too: " + other +
                " sets it without being ordered before it";
      way_out = "let it wait for a semaphore that is signalled behind the one that sets";
      break;
  }
  throw Error(ErrorKind::race, describe(owner_of(i)), message, {way_out});
}

void HazardChecker::check_races(const Issued& i, int agent, std::uint32_t index, const VectorClock& start) {
  for (const Touch& t : i.inst.footprint) {
    AccessRecord now;
    now.box = t.box;
    now.index = index;
    now.agent = static_cast<std::uint16_t>(agent);
    now.write = t.write;
    now.dense = is_dense(*t.access);
    now.access = *t.access;
    now.owner = owner_of(i);
    const AccessRecord* other = log_.check(now, start);
    if (!other) continue;
    const CommonBytes common = common_bytes(other->access, *t.access);
    throw Error(ErrorKind::race, describe(now.owner),
                std::string(t.write ? "writes " : "reads ") + place_of(*t.access, common.partition, common.first) +
                    ".." + std::to_string(common.end - 1) + ", which " + describe(other->owner) +
                    (other->write ? " writes" : " reads") + " without being ordered before it",
                {"let the later one wait for a semaphore that the earlier one signals"});
  }
}

void HazardChecker::check_reads(const Issued& i) {
  for (const Touch& t : i.inst.footprint) {
    if (t.write) continue;
    // Accumulating onto PSUM that no matmul opened is the more telling error of the two.
    if (is_matmul(i.inst.inst.op) && t.box.memory == isa::Memory::psum) continue;
    std::optional<Unwritten> missing;
    switch (t.box.memory) {
      case isa::Memory::sbuf: missing = sbuf_.missing(*t.access, t.box); break;
      case isa::Memory::psum: missing = psum_.missing(*t.access, t.box); break;
      case isa::Memory::dram: missing = dram_.missing(*t.access, t.box); break;
    }
    if (missing)
      throw Error(ErrorKind::race, describe(owner_of(i)),
                  std::string(t.field) + " reads " + place_of(*t.access, missing->partition, missing->byte) +
                      ", which nothing has written",
                  {"write it first, by an instruction, a DMA transfer, an input or a constant"});
  }
}

void HazardChecker::check_pinned(const Issued& i) {
  for (const Touch& t : i.inst.footprint) {
    if (!t.write || t.box.memory != isa::Memory::sbuf) continue;
    const isa::Access* const kept = pinned_.find(*t.access, t.box);
    if (kept == nullptr) continue;
    const CommonBytes common = common_bytes(*kept, *t.access);
    throw Error(ErrorKind::race, describe(owner_of(i)),
                "writes " + place_of(*t.access, common.partition, common.first) + ".." +
                    std::to_string(common.end - 1) + ", where a constant stays that was loaded with the model",
                {"write elsewhere, or load the constant in each call in place of the preload section"});
  }
}

void HazardChecker::check_accumulation(const Issued& i) {
  const auto* m = std::get_if<isa::Matmul>(&i.inst.inst.op);
  if (!m || !m->accumulate) return;
  const Box box = box_of(m->dst);
  if (const auto missing = accumulators_.missing(m->dst, box))
    throw Error(ErrorKind::race, describe(owner_of(i)),
                "accumulates onto " + place_of(m->dst, missing->partition, missing->byte) +
                    ", which no matmul has overwritten since another engine wrote it or since the start",
                {"the first matmul of an accumulation group must overwrite (accumulate=0)"});
}

void HazardChecker::note_writes(const Issued& i) {
  const bool opens = is_matmul(i.inst.inst.op) || std::holds_alternative<isa::Transpose>(i.inst.inst.op);
  for (const Touch& t : i.inst.footprint) {
    if (!t.write) continue;
    switch (t.box.memory) {
      case isa::Memory::sbuf: sbuf_.set(*t.access, t.box); break;
      case isa::Memory::dram: dram_.set(*t.access); break;
      case isa::Memory::psum:
        psum_.set(*t.access, t.box);
        opens ? accumulators_.set(*t.access, t.box) : accumulators_.clear(*t.access, t.box);
        break;
    }
  }
}

void HazardChecker::prune() {
  VectorClock writes, reads, started;
  for (VectorClock* c : {&writes, &reads, &started}) c->known.fill(~std::uint32_t{0});
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<std::size_t>(e);
    if (last_issue_[engine] == 0) continue;
    VectorClock clock = order_.engine_clock(e);
    started.meet(clock, order_.agents());
    if (count_ - last_issue_[engine] >= kActiveWithin) continue;
    writes.meet(clock, order_.agents());
    if (!triggers_dma_[engine]) clock.known[engine] = ~std::uint32_t{0};
    reads.meet(clock, order_.agents());
  }
  log_.prune(writes, reads, order_.agents());
  order_.prune(started);
}

}  // namespace inf::sim
