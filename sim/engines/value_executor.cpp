#include "sim/engines/value_executor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "sim/engines/execute.h"
#include "sim/engines/in_flight.h"
#include "sim/engines/place.h"
#include "sim/engines/task_graph.h"
#include "sim/engines/tensor.h"

namespace inf::sim {
namespace {

constexpr int kWindow = 256;             ///< instructions submitted and not yet done
constexpr std::size_t kChainLimit = 64;  ///< matmuls that one thread runs without letting go

using Weights = std::shared_ptr<const numerics::Stationary>;
/// Filled when its load_stationary has run.
struct WeightSlot {
  Weights weights;
};

/// One matmul of a chain.
struct Link {
  isa::Matmul inst;
  std::shared_ptr<WeightSlot> slot;
  std::int64_t pc;
};

/// One instruction, or a chain of matmuls.
class Task : public TaskNode {
 public:
  Task(Memories& memories, EngineState& state, const isa::ProgramImage& image)
      : memories_(memories), state_(state), image_(image) {}
  void run() override;

  isa::Operation op;
  arch::Engine engine = arch::Engine::tensor;
  std::int64_t pc = 0;
  std::int32_t source = -1;          ///< index into ProgramImage::ops
  std::shared_ptr<WeightSlot> slot;  ///< load_stationary and transpose
  std::vector<Link> chain;
  bool is_chain = false;
  int weight = 1;  ///< instructions; the submitting thread's own

 private:
  void run_one();
  Memories& memories_;
  EngineState& state_;
  const isa::ProgramImage& image_;
};

void Task::run_one() {
  if (const auto* load = std::get_if<isa::LoadStationary>(&op)) {
    slot->weights = load_weights(*load, memories_);
  } else if (std::holds_alternative<isa::Transpose>(op)) {
    EngineState array;
    execute(op, engine, memories_, array);
    slot->weights = std::move(array.stationary);
  } else {
    execute(op, engine, memories_, state_);
  }
}

void Task::run() {
  std::int64_t at = pc;
  try {
    if (!is_chain) run_one();
    for (const Link& link : chain) {
      at = link.pc;
      multiply(link.inst, *link.slot->weights, memories_);
    }
  } catch (const Error& e) {
    if (!e.where().empty()) throw;
    const isa::Opcode code = is_chain ? isa::Opcode::matmul : isa::opcode(op);
    throw Error(e.kind(), place_of(engine, at, code, source, image_), e.message(), e.notes());
  }
  chain.clear();
  slot.reset();
}

}  // namespace

class ValueExecutor::Impl {
 public:
  Impl(Memories& memories, EngineState& state, const isa::ProgramImage& image, std::int64_t bank_bytes, int threads)
      : memories_(memories), state_(state), image_(image), bank_bytes_(bank_bytes), graph_(threads) {}
  ~Impl() {
    try {
      drain();
    } catch (...) {  // an error that no one asked for any more
    }
  }

  void submit(const Decoded& d) {
    if (d.control || d.opcode() == isa::Opcode::nop) return;
    make_room();
    if (const auto* m = std::get_if<isa::Matmul>(&d.inst.op))
      submit_matmul(d, *m);
    else
      submit_single(d);
  }

  void drain() {
    for (Task*& open : open_) close(open);
    graph_.help_until([this] { return graph_.unfinished() == 0; });
    retire();
    if (graph_.failed()) graph_.rethrow();
  }

  Memories& memories() { return memories_; }

 private:
  /// A chain that still takes matmuls, per PSUM bank.
  static constexpr std::size_t kBanks = 16;

  Task& fresh(const Decoded& d) {
    Task* task = nullptr;
    if (!spare_.empty()) {
      task = spare_.back();
      spare_.pop_back();
    } else {
      task = &pool_.emplace_back(memories_, state_, image_);
    }
    task->sequence = ++sequence_;
    task->engine = d.engine;
    task->pc = d.pc;
    task->source = d.op;
    task->is_chain = false;
    task->weight = 0;
    graph_.begin(*task);
    window_.push_back(task);
    return *task;
  }

  void close(Task*& open) {
    if (!open) return;
    graph_.publish(*open);
    open = nullptr;
  }

  /// `task` runs behind `before`; a chain that someone depends on takes no more matmuls.
  void order(Task& task, Task& before) {
    if (&task == &before) return;
    for (Task*& open : open_)
      if (open == &before) close(open);
    graph_.depend(task, before);
  }
  void order_touches(Task& task, const Footprint& footprint) {
    for (const Touch& t : footprint) in_flight_.conflicts(t.box, t.write, [&](Task& before) { order(task, before); });
    for (const Touch& t : footprint) in_flight_.add(t.box, t.write, task);
  }
  /// State of an engine that instructions pass on: each runs behind the one before.
  void order_state(Task& task, std::pair<Task*, std::uint64_t>& last) {
    if (last.first && last.first->sequence == last.second && !last.first->done()) order(task, *last.first);
    last = {&task, task.sequence};
  }

  void submit_single(const Decoded& d) {
    Task& task = fresh(d);
    task.op = d.inst.op;
    order_touches(task, d.footprint);
    switch (d.opcode()) {
      case isa::Opcode::load_stationary:
      case isa::Opcode::transpose:
        slot_ = task.slot = std::make_shared<WeightSlot>();
        loader_ = {&task, task.sequence};
        break;
      case isa::Opcode::activation:
        if (std::get<isa::Activation>(d.inst.op).reduce != isa::ReduceCommand::idle) order_state(task, reducer_);
        break;
      case isa::Opcode::activation_read: order_state(task, reducer_); break;
      case isa::Opcode::rng:
      case isa::Opcode::dropout:
      case isa::Opcode::set_rng_seed: order_state(task, randomiser_); break;
      default: break;
    }
    ++in_window_;
    task.weight = 1;
    graph_.publish(task);
  }

  void submit_matmul(const Decoded& d, const isa::Matmul& m) {
    if (!slot_)
      throw Error(ErrorKind::illegal_instruction, std::string(arch::name(d.engine)) + " pc " + std::to_string(d.pc),
                  "matmul before any load_stationary", {"load weights first"});
    Task*& open = open_[static_cast<std::size_t>(m.dst.offset / bank_bytes_) % kBanks];
    const bool goes_on =
        open && m.accumulate && open->chain.size() < kChainLimit && open->chain.back().inst.dst == m.dst;
    if (!goes_on) {
      close(open);
      open = &fresh(d);
      open->is_chain = true;
    }
    Task& chain = *open;
    // What this matmul needs may close other chains, never this one: nothing it depends on depends on it.
    order_touches(chain, d.footprint);
    if (loader_.first->sequence == loader_.second && !loader_.first->done()) order(chain, *loader_.first);
    chain.chain.push_back({m, slot_, d.pc});
    ++chain.weight;
    ++in_window_;
  }

  void make_room() {
    if (graph_.failed()) drain();
    if (in_window_ < kWindow) return;
    retire();
    if (in_window_ < kWindow) return;
    for (Task*& open : open_) close(open);
    // A quarter goes at once, so that the window is not swept for every instruction.
    const int keep = static_cast<int>(window_.size()) * 3 / 4;
    graph_.help_until([&] { return graph_.unfinished() <= keep || graph_.failed(); });
    retire();
  }

  /// Takes finished tasks out of the window.
  void retire() {
    std::size_t kept = 0;
    for (Task* t : window_) {
      if (t->done()) {
        in_window_ -= t->weight;
        spare_.push_back(t);
      } else {
        window_[kept++] = t;
      }
    }
    window_.resize(kept);
  }

  Memories& memories_;
  EngineState& state_;
  const isa::ProgramImage& image_;
  std::int64_t bank_bytes_;
  std::deque<Task> pool_;
  std::vector<Task*> spare_, window_;
  int in_window_ = 0;
  std::uint64_t sequence_ = 0;
  InFlight<Task> in_flight_;
  std::array<Task*, kBanks> open_{};
  std::shared_ptr<WeightSlot> slot_;
  std::pair<Task*, std::uint64_t> loader_{}, reducer_{}, randomiser_{};
  TaskGraph graph_;  ///< last: its threads end before what they work on
};

ValueExecutor::ValueExecutor(Memories& memories, EngineState& state, const isa::ProgramImage& image,
                             std::int64_t psum_bank_bytes, int threads)
    : impl_(std::make_unique<Impl>(memories, state, image, psum_bank_bytes, std::max(1, threads))) {}
ValueExecutor::~ValueExecutor() = default;

void ValueExecutor::submit(const Decoded& d) { impl_->submit(d); }

std::int32_t ValueExecutor::read_int32(const isa::Access& src) {
  impl_->drain();
  std::int32_t v;
  std::memcpy(&v, impl_->memories().base(src), sizeof v);
  return v;
}

void ValueExecutor::finish() { impl_->drain(); }

}  // namespace inf::sim
