#include "sim/kernel/dma_engines.h"

#include <algorithm>
#include <string>

#include "isa/base/error.h"
#include "sim/kernel/memory_targets.h"

namespace inf::sim {
namespace {

std::uint64_t fabric_address(const isa::Access& a) {
  const auto offset = static_cast<std::uint64_t>(box_of(a).first_byte);
  return a.memory == isa::Memory::sbuf ? kSbufWindow + a.start_partition * kSbufPartitionStride + offset : offset;
}

/// The part of a share that reads or writes device memory, both counted.
std::int64_t device_memory_bytes(const DmaPlan& plan, const DmaShare& share) {
  return plan.through == 0 ? 0 : (plan.dram_read + plan.dram_written) * share.bytes / plan.through;
}

}  // namespace

DmaEngine::DmaEngine(sc_core::sc_module_name name, int core, int index, int engines, MemoryShare& memory,
                     MemoryClient& client)
    : sc_module(name),
      socket("socket"),
      core_(core),
      index_(index),
      engines_(engines),
      memory_(memory),
      client_(client) {}

Tick DmaEngine::next() const { return in_flight_ ? kNever : std::max(line_.ready(), free_at_); }

const DmaShare& DmaEngine::share(const Transfer& t) const {
  return t.plan.shares[static_cast<std::size_t>((index_ - t.plan.first_engine + engines_) % engines_)];
}

/// When the share ends as far as this core alone decides.
Tick DmaEngine::serve(const Transfer& t, Tick now) {
  const DmaShare& share = this->share(t);
  line_.hold(t.ring, now + share.hold);
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
  if (in_flight_ || free_at_ > now) return;
  Transfer* const taken = line_.take(now);
  if (!taken) return;
  Transfer& t = *taken;
  const Tick end = serve(t, now);
  const std::int64_t bytes = device_memory_bytes(t.plan, share(t));
  if (!memory_.contended() || bytes == 0) {
    memory_.count(bytes);
    free_at_ = end;
    served(t, ServedShare{index_, share(t).bytes, now, end});
    return;
  }
  in_flight_ = &t;
  started_ = now;
  earliest_end_ = end;
  memory_.begin({&client_, core_, index_, bytes, share(t).duration});
}

template <class Served>
void DmaEngine::delivered(Tick at, Served served) {
  Transfer& t = *in_flight_;
  in_flight_ = nullptr;
  free_at_ = std::max(at, earliest_end_);
  served(t, ServedShare{index_, share(t).bytes, started_, free_at_});
}

DmaEngines::DmaEngines(sc_core::sc_module_name name, int core, const arch::ChipSpec& chip, const arch::Timebase& time,
                       const Links& links)
    : sc_module(name),
      chip_(chip),
      time_(time),
      links_(links),
      start_(time.from_ns(static_cast<double>(chip.dma.start_ns))),
      visibility_(std::max(Tick(1), time.from_ns(static_cast<double>(chip.semaphores.dma_visibility_ns)))),
      wake_("wake") {
  for (int i = 0; i < chip.dma.engines; ++i)
    engines.push_back(std::make_unique<DmaEngine>(("engine" + std::to_string(i)).c_str(), core, i, chip.dma.engines,
                                                  links.memory, *this));
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

void DmaEngines::begin(IssueSink& sink) {
  sink_ = &sink;
  for (auto& engine : engines) engine->reset();
}

std::unique_ptr<Transfer> DmaEngines::take() {
  if (spare_.empty()) return std::make_unique<Transfer>();
  auto t = std::move(spare_.back());
  spare_.pop_back();
  return t;
}

void DmaEngines::trigger(arch::Engine engine, const Decoded& d, Tick at) {
  auto t = take();
  t->move = *dma_move(d.inst.op);
  t->ring = static_cast<int>(engine) * kQueuesPerEngine + *isa::dma_queue(d.inst.op);
  t->pc = d.pc;
  t->op = d.op;
  t->signal = d.inst.signal;
  t->triggered = at;
  t->ready = at + start_;
  t->start = kNever;
  t->end = Tick(0);
  t->from = fabric_address(t->move.src);
  t->to = fabric_address(t->move.dst);
  plan(t->move, chip_.dma, time_, t->plan);
  t->unserved = t->plan.count;
  for (int i = 0; i < t->plan.count; ++i)
    engines[(static_cast<std::size_t>(t->plan.first_engine) + i) % engines.size()]->enqueue(*t);
  wake_at(wake_, t->ready, Step::dma);
  ++under_way_;
  rings_[static_cast<std::size_t>(t->ring)].transfers.push_back(std::move(t));
}

void DmaEngines::step() {
  ++activations_;
  try {
    const Tick now = now_tick();
    Tick next = kNever;
    for (auto& engine : engines) {
      engine->run(now, [this](Transfer& t, const ServedShare& share) { served(t, share); });
      next = std::min(next, engine->next());
    }
    if (links_.memory.contended()) links_.memory.settle();
    if (next < kNever) wake_at(wake_, std::max(next, now + Tick(1)), Step::dma);
  } catch (...) {
    links_.fault.store();
  }
}

void DmaEngines::delivered(int index, Tick at) {
  try {
    DmaEngine& engine = *engines[static_cast<std::size_t>(index)];
    engine.delivered(at, [this](Transfer& t, const ServedShare& share) { served(t, share); });
    if (const Tick next = engine.next(); next < kNever) wake_at(wake_, next, Step::dma);
  } catch (...) {
    links_.fault.store();
  }
}

void DmaEngines::served(Transfer& t, const ServedShare& share) {
  t.served[static_cast<std::size_t>(t.plan.count - t.unserved)] = share;
  t.start = std::min(t.start, share.start);
  t.end = std::max(t.end, share.end);
  if (--t.unserved == 0) complete(rings_[static_cast<std::size_t>(t.ring)]);
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
    if (sink_->watched())
      sink_->transferred({engine,
                          queue,
                          t->pc,
                          t->op,
                          t->triggered,
                          t->start,
                          t->end,
                          t->plan.bytes,
                          t->plan.dram_read,
                          t->plan.dram_written,
                          t->plan.descriptors,
                          {t->served.data(), static_cast<std::size_t>(t->plan.count)},
                          &t->move});
    if (t->signal.used)
      links_.semaphores.post(t->signal, ring.last_signal + visibility_, {true, static_cast<std::uint8_t>(t->ring)});
    spare_.push_back(std::move(t));
    --under_way_;
  }
  if (under_way_ == 0) links_.listener.maybe_done();
}

}  // namespace inf::sim
