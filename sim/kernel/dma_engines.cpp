#include "sim/kernel/dma_engines.h"

#include <algorithm>
#include <limits>
#include <string>

#include "isa/base/error.h"
#include "sim/kernel/memory_targets.h"

namespace inf::sim {
namespace {

constexpr Tick kNever{std::numeric_limits<std::int64_t>::max() / 16};

std::uint64_t fabric_address(const isa::Access& a) {
  const auto offset = static_cast<std::uint64_t>(box_of(a).first_byte);
  return a.memory == isa::Memory::sbuf ? kSbufWindow + a.start_partition * kSbufPartitionStride + offset : offset;
}

}  // namespace

DmaEngine::DmaEngine(sc_core::sc_module_name name, int index, int engines)
    : sc_module(name), socket("socket"), index_(index), engines_(engines) {}

void DmaEngine::enqueue(Transfer& t) {
  auto& queue = rings_[static_cast<std::size_t>(t.ring)];
  if (queue.empty()) busy_rings_.insert(std::lower_bound(busy_rings_.begin(), busy_rings_.end(), t.ring), t.ring);
  queue.push_back(&t);
}

Tick DmaEngine::next() const {
  Tick ready = kNever;
  for (const int ring : busy_rings_) ready = std::min(ready, rings_[static_cast<std::size_t>(ring)].front()->ready);
  return std::max(ready, free_at_);
}

/// Round-robin: the first ready ring behind the one served last.
int DmaEngine::pick(Tick now) const {
  int first = -1;
  for (const int ring : busy_rings_) {
    if (rings_[static_cast<std::size_t>(ring)].front()->ready > now) continue;
    if (ring > last_ring_) return ring;
    if (first < 0) first = ring;
  }
  return first;
}

Tick DmaEngine::serve(const Transfer& t, Tick now) {
  const DmaShare& share = t.plan.shares[static_cast<std::size_t>((index_ - t.plan.first_engine + engines_) % engines_)];
  Tick end = now + share.duration;
  const auto request = [&](tlm::tlm_command command, std::uint64_t address) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    request_.set_command(command);
    request_.set_address(address);
    request_.set_data_ptr(nullptr);
    request_.set_data_length(static_cast<unsigned>(share.bytes));
    request_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(request_, delay);
    end = std::max(end, now + ticks_of(delay));
  };
  request(tlm::TLM_READ_COMMAND, t.from);
  request(tlm::TLM_WRITE_COMMAND, t.to);
  return end;
}

template <class Served>
void DmaEngine::run(Tick now, Served served) {
  if (free_at_ > now) return;
  const int ring = pick(now);
  if (ring < 0) return;
  last_ring_ = ring;
  auto& queue = rings_[static_cast<std::size_t>(ring)];
  Transfer& t = *queue.front();
  queue.pop_front();
  if (queue.empty()) busy_rings_.erase(std::find(busy_rings_.begin(), busy_rings_.end(), ring));
  free_at_ = serve(t, now);
  served(t, now, free_at_);
}

DmaEngines::DmaEngines(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
                       SemaphoreBoard& semaphores, IssueSink& sink, Fault& fault)
    : sc_module(name),
      chip_(chip),
      time_(time),
      semaphores_(semaphores),
      sink_(sink),
      fault_(fault),
      start_(time.from_ns(static_cast<double>(chip.dma.start_ns))),
      visibility_(std::max(Tick(1), time.from_ns(static_cast<double>(chip.semaphores.dma_visibility_ns)))),
      wake_("wake") {
  for (int i = 0; i < chip.dma.engines; ++i)
    engines.push_back(std::make_unique<DmaEngine>(("engine" + std::to_string(i)).c_str(), i, chip.dma.engines));
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

std::unique_ptr<Transfer> DmaEngines::take() {
  if (spare_.empty()) return std::make_unique<Transfer>();
  auto t = std::move(spare_.back());
  spare_.pop_back();
  return t;
}

void DmaEngines::trigger(arch::Engine engine, const Decoded& d, Tick at) {
  const DmaMove move = *dma_move(d.inst.op);
  auto t = take();
  t->ring = static_cast<int>(engine) * kQueuesPerEngine + *isa::dma_queue(d.inst.op);
  t->pc = d.pc;
  t->op = d.op;
  t->signal = d.inst.signal;
  t->triggered = at;
  t->ready = at + start_;
  t->start = kNever;
  t->end = Tick(0);
  t->from = fabric_address(move.src);
  t->to = fabric_address(move.dst);
  plan(move, chip_.dma, time_, t->plan);
  t->unserved = t->plan.count;
  for (int i = 0; i < t->plan.count; ++i)
    engines[(static_cast<std::size_t>(t->plan.first_engine) + i) % engines.size()]->enqueue(*t);
  plan_wake(t->ready);
  rings_[static_cast<std::size_t>(t->ring)].transfers.push_back(std::move(t));
}

/// An earlier notification stays, a later one gives way: the kernel's own rule for timed events.
void DmaEngines::plan_wake(Tick t) {
  const sc_core::sc_time at = at_step(t, static_cast<int>(Step::dma));
  wake_.notify(std::max(at, sc_core::sc_time_stamp() + sc_core::sc_time::from_value(1)) - sc_core::sc_time_stamp());
}

void DmaEngines::step() {
  ++activations_;
  try {
    const Tick now = now_tick();
    Tick next = kNever;
    for (auto& engine : engines) {
      engine->run(now, [&](Transfer& t, Tick start, Tick end) {
        t.start = std::min(t.start, start);
        t.end = std::max(t.end, end);
        if (--t.unserved == 0) complete(rings_[static_cast<std::size_t>(t.ring)]);
      });
      next = std::min(next, engine->next());
    }
    if (next < kNever) plan_wake(std::max(next, now + Tick(1)));
  } catch (...) {
    fault_.store();
  }
}

/// Completions of a ring are delivered in trigger order.
void DmaEngines::complete(Ring& ring) {
  while (!ring.transfers.empty() && ring.transfers.front()->unserved == 0) {
    auto t = std::move(ring.transfers.front());
    ring.transfers.pop_front();
    ring.last_signal = std::max(ring.last_signal, t->end);
    done_at_ = std::max(done_at_, ring.last_signal);
    const auto engine = static_cast<arch::Engine>(t->ring / kQueuesPerEngine);
    const auto queue = static_cast<std::uint8_t>(t->ring % kQueuesPerEngine);
    if (t->signal.used)
      semaphores_.post(t->signal, ring.last_signal + visibility_, {true, static_cast<std::uint8_t>(t->ring)});
    if (sink_.watched())
      sink_.transferred({engine, queue, t->pc, t->op, t->triggered, t->start, t->end, t->plan.bytes, t->plan.dram_read,
                         t->plan.dram_written, t->plan.count, t->plan.descriptors});
    spare_.push_back(std::move(t));
  }
}

}  // namespace inf::sim
