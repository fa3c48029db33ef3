#include "sim/engines/stream.h"

#include <algorithm>
#include <string>

#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/validate.h"
#include "sim/engines/control.h"

namespace inf::sim {

InstructionStream::InstructionStream(arch::Engine engine, SegmentFeed& feed, const arch::ChipSpec& chip,
                                     std::int64_t dram_bytes)
    : engine_(engine), feed_(feed), chip_(chip), dram_bytes_(dram_bytes) {}

std::string InstructionStream::place() const {
  return std::string(arch::name(engine_)) + " pc " + std::to_string(first_pc_ + static_cast<std::int64_t>(index_));
}

bool InstructionStream::enter_segment() {
  for (;;) {
    if (segment_) {
      ++segment_index_;
      first_pc_ += static_cast<std::int64_t>(base_ + count_);
      feed_.release_below(engine_, segment_index_);
    }
    base_ = count_ = index_ = run_ = 0;
    run_left_ = 0;
    segment_ = feed_.segment(segment_index_);
    if (!segment_) return false;
    const auto& code = segment_->code[static_cast<std::size_t>(engine_)];
    at_ = code.data();
    end_ = at_ + code.size();
    if (at_ == end_) continue;
    feed_.begun(segment_index_);
    return true;
  }
}

bool InstructionStream::decode_next() {
  if (at_ == end_) return false;
  if (loops_.empty()) {
    base_ = index_;
    count_ = 0;
  }
  if (count_ == slots_.size()) slots_.push_back(std::make_unique<Decoded>());
  Decoded& d = *slots_[count_];
  d.engine = engine_;
  d.pc = first_pc_ + static_cast<std::int64_t>(base_ + count_);
  const auto& runs = segment_->source[static_cast<std::size_t>(engine_)];
  while (run_left_ == 0 && run_ < runs.size()) run_left_ = runs[run_++].instructions;
  d.op = run_left_ ? runs[run_ - 1].op : -1;
  if (run_left_) --run_left_;
  d.segment = feed_.whole() ? 0 : static_cast<std::uint32_t>(segment_index_);
  d.inst = isa::decode(at_, end_);
  ++count_;
  prepare(d, true);
  return true;
}

/// What decoding establishes once: operand limits, footprint and cost.
void InstructionStream::prepare(Decoded& d, bool check) const {
  d.footprint = footprint_of(d.inst.op);
  d.dynamic =
      std::any_of(d.footprint.begin(), d.footprint.end(), [](const Touch& t) { return t.access->base_register != 0; });
  d.control = is_control(d.inst.op);
  if (check) isa::validate(d.inst, engine_, chip_);
  if (!d.dynamic) check_dram(d);
  d.cost = cost(d.inst.op, engine_, chip_);
  d.work = issue_work(d.inst, d.footprint, engine_, d.dynamic, chip_.ports);
}

void InstructionStream::check_dram(const Decoded& d) const {
  for (const Touch& t : d.footprint)
    if (t.box.memory == isa::Memory::dram && (t.box.first_byte < 0 || t.box.end_byte > dram_bytes_))
      throw Error(ErrorKind::illegal_instruction, "",
                  std::string(isa::name(d.opcode())) + " " + t.field + " reaches device memory bytes " +
                      std::to_string(t.box.first_byte) + ".." + std::to_string(t.box.end_byte - 1) + ", outside 0.." +
                      std::to_string(dram_bytes_ - 1),
                  {"the program declares dram_bytes " + std::to_string(dram_bytes_)});
}

/// A matmul must fit the weights before it; a transpose leaves its data there.
void InstructionStream::check_weights(const Decoded& d) {
  if (const auto* load = std::get_if<isa::LoadStationary>(&d.inst.op)) weights_ = *load;
  if (const auto* transpose = std::get_if<isa::Transpose>(&d.inst.op)) weights_ = isa::LoadStationary{transpose->src};
  const auto* matmul = std::get_if<isa::Matmul>(&d.inst.op);
  if (!matmul) return;
  if (!weights_)
    throw Error(ErrorKind::illegal_instruction, "", "matmul before any load_stationary", {"load weights first"});
  isa::validate_pair(*weights_, *matmul);
}

const Decoded* InstructionStream::current() {
  if (current_) return current_;
  try {
    if (!segment_ && !enter_segment()) return nullptr;
    for (;;) {
      if (index_ < base_ + count_) break;
      if (decode_next()) continue;
      if (!loops_.empty())
        throw Error(ErrorKind::illegal_instruction, "", "the segment ends inside a loop",
                    {"loop and end_loop must lie in the same segment"});
      if (!enter_segment()) return nullptr;
    }
    const Decoded& d = *slots_[index_ - base_];
    current_ = d.dynamic ? resolve(d) : &d;
    if (engine_ == arch::Engine::tensor) check_weights(*current_);
    return current_;
  } catch (const Error& e) {
    if (!e.where().empty() && e.kind() != ErrorKind::illegal_instruction) throw;
    throw Error(e.kind(), place(), e.message(), e.notes());
  }
}

/// A copy whose addresses hold the registers' present values; checked like any instruction.
const Decoded* InstructionStream::resolve(const Decoded& d) {
  resolved_.inst = d.inst;
  const auto add = [&](isa::Access& a) {
    if (!a.base_register) return;
    a.offset += registers_[a.base_register - 1];
    a.base_register = 0;
  };
  isa::for_each_field(resolved_.inst.op, [&](const isa::FieldInfo&, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, isa::Access>) add(member);
    if constexpr (std::is_same_v<Member, isa::ScalarOperand>)
      if (member.is_access) add(member.access);
  });
  resolved_.engine = engine_;
  resolved_.pc = d.pc;
  resolved_.op = d.op;
  resolved_.segment = d.segment;
  prepare(resolved_, true);
  resolved_.dynamic = true;
  resolved_.cost = d.cost;
  resolved_.work = d.work;
  return &resolved_;
}

void InstructionStream::advance(const std::function<std::int32_t(const isa::Access&)>& load) {
  const Decoded* d = current();
  if (!d) return;
  if (d->control) {
    try {
      run_control(*d, load);
    } catch (const Error& e) {
      throw Error(e.kind(), place(), e.message(), e.notes());
    }
  }
  ++index_;
  current_ = nullptr;
}

void InstructionStream::skip_loop() {
  int depth = 1;
  while (depth > 0) {
    ++index_;
    if (index_ >= base_ + count_ && !decode_next())
      throw Error(ErrorKind::illegal_instruction, "", "loop without end_loop in its segment");
    const isa::Opcode o = slots_[index_ - base_]->opcode();
    if (o == isa::Opcode::loop) ++depth;
    if (o == isa::Opcode::end_loop) --depth;
  }
}

/// A whole loop may be passed over; the target lies in the branch's own loop.
void InstructionStream::skip(int instructions) {
  int depth = 0;
  for (int i = 0; i < instructions; ++i) {
    ++index_;
    if (index_ >= base_ + count_ && !decode_next())
      throw Error(ErrorKind::illegal_instruction, "", "branch leaves its segment");
    const isa::Opcode o = slots_[index_ - base_]->opcode();
    if (o == isa::Opcode::loop) ++depth;
    if (o == isa::Opcode::end_loop && --depth < 0) break;
  }
  if (depth != 0) throw Error(ErrorKind::illegal_instruction, "", "branch crosses the border of a loop");
}

void InstructionStream::run_control(const Decoded& d, const std::function<std::int32_t(const isa::Access&)>& load) {
  if (const auto* loop = std::get_if<isa::Loop>(&d.inst.op)) {
    registers_[loop->counter.index] = loop->start;
    const Loop entry{index_ + 1, loop->counter.index, std::int64_t{loop->start} + loop->step, loop->stop, loop->step};
    if (loop->start < loop->stop) {
      // The body is replayed, so decoding has to keep it: from here on slots accumulate until the loop closes.
      loops_.push_back(entry);
      return;
    }
    loops_.push_back(entry);
    skip_loop();
    loops_.pop_back();
  } else if (std::holds_alternative<isa::EndLoop>(d.inst.op)) {
    if (loops_.empty()) throw Error(ErrorKind::illegal_instruction, "", "end_loop without a loop");
    Loop& top = loops_.back();
    if (top.next < top.stop) {
      registers_[top.counter] = static_cast<std::int32_t>(top.next);
      top.next += top.step;
      index_ = top.body - 1;
    } else {
      loops_.pop_back();
    }
  } else if (const auto* branch = std::get_if<isa::Branch>(&d.inst.op)) {
    if (!compare_registers(branch->op, registers_[branch->a.index], registers_[branch->b.index])) return;
    skip(branch->skip);
  } else {
    const auto* read = std::get_if<isa::RegisterLoad>(&d.inst.op);
    run_register_instruction(d.inst.op, registers_, read ? load(read->src) : 0);
  }
}

}  // namespace inf::sim
