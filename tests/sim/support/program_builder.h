#pragma once
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isa/arch/chip_config.h"
#include "isa/program/codec.h"
#include "isa/program/program.h"
#include "isa/table/instructions.h"
#include "sim/kernel/simulate.h"

// Small programs for the simulator's tests, written with the instruction structs.
namespace inf::sim::test {

using arch::Engine;
using isa::Access;
using isa::Memory;
using isa::ScalarOperand;

inline const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf2.yaml");
  return chip;
}

inline Access sbuf(int first, int partitions, std::int64_t offset, DType dtype, Pattern free) {
  return {Memory::sbuf, dtype, static_cast<std::uint8_t>(first), 0, static_cast<std::uint16_t>(partitions), offset, 0,
          free};
}
inline Access sbuf(int first, int partitions, std::int64_t offset, DType dtype, unsigned n) {
  return sbuf(first, partitions, offset, dtype, Pattern::row(n));
}
inline Access psum(int first, int partitions, std::int64_t offset, unsigned n) {
  return {Memory::psum,
          DType::fp32,
          static_cast<std::uint8_t>(first),
          0,
          static_cast<std::uint16_t>(partitions),
          offset,
          0,
          Pattern::row(n)};
}
/// Dense [partitions, n].
inline Access dram(std::int64_t offset, int partitions, DType dtype, unsigned n) {
  return {Memory::dram,   dtype, 0, 0, static_cast<std::uint16_t>(partitions), offset, std::int64_t{n} * size_of(dtype),
          Pattern::row(n)};
}

inline isa::Wait wait(int semaphore, int value) { return {true, static_cast<std::uint8_t>(semaphore), value}; }
inline isa::Signal signal(int semaphore, int value = 1, isa::SignalKind kind = isa::SignalKind::add) {
  return {true, static_cast<std::uint8_t>(semaphore), kind, static_cast<std::int16_t>(value)};
}

template <class Op>
isa::Instruction make(Op op) {
  isa::Instruction i;
  i.op = std::move(op);
  return i;
}
template <class Op>
isa::Instruction make(Op op, std::vector<isa::Wait> waits, isa::Signal s = {}) {
  isa::Instruction i = make(std::move(op));
  for (std::size_t w = 0; w < waits.size(); ++w) i.waits[w] = waits[w];
  i.signal = s;
  return i;
}

inline isa::DmaCopy dma(const Access& dst, const Access& src, int queue = 0, bool accumulate = false) {
  isa::DmaCopy c;
  c.dst = dst;
  c.src = src;
  c.queue = static_cast<std::uint8_t>(queue);
  c.accumulate = accumulate;
  return c;
}
inline isa::Activation activation(const Access& dst, const Access& src, numerics::ActFn fn, float scale = 1,
                                  float bias = 0) {
  isa::Activation a;
  a.dst = dst;
  a.src = src;
  a.function = fn;
  a.scale = ScalarOperand::imm(scale);
  a.bias = ScalarOperand::imm(bias);
  return a;
}
inline isa::Memset memset_to(const Access& dst, float value) {
  isa::Memset m;
  m.dst = dst;
  m.value = value;
  return m;
}
inline isa::TensorCopy copy(const Access& dst, const Access& src) {
  isa::TensorCopy c;
  c.dst = dst;
  c.src = src;
  return c;
}
inline isa::LoadStationary load(const Access& src) {
  isa::LoadStationary l;
  l.src = src;
  return l;
}
inline isa::Matmul matmul(const Access& dst, const Access& moving, bool accumulate = false) {
  isa::Matmul m;
  m.dst = dst;
  m.moving = moving;
  m.accumulate = accumulate;
  return m;
}

/// A program of one or more segments; a source over itself.
class Builder : public isa::ProgramSource {
 public:
  Builder() {
    image_.name = "test";
    image_.chip = "inf2";
    image_.ops.push_back({"op0", "test", {}, 0});
    segments_.emplace_back();
  }
  /// Appends a dense tensor; returns its offset.
  std::int64_t tensor(const std::string& name, isa::TensorEntry::Role role, DType dtype,
                      std::vector<std::int64_t> shape) {
    isa::TensorEntry t;
    t.name = name;
    t.role = role;
    t.dtype = dtype;
    t.shape = std::move(shape);
    t.offset = image_.dram_bytes;
    t.bytes = size_of(dtype);
    for (const std::int64_t d : t.shape) t.bytes *= d;
    image_.dram_bytes += (t.bytes + 63) / 64 * 64;
    image_.tensors.push_back(t);
    return t.offset;
  }
  std::int64_t input(const std::string& name, DType dtype, std::vector<std::int64_t> shape) {
    return tensor(name, isa::TensorEntry::Role::input, dtype, std::move(shape));
  }
  std::int64_t output(const std::string& name, DType dtype, std::vector<std::int64_t> shape) {
    return tensor(name, isa::TensorEntry::Role::output, dtype, std::move(shape));
  }
  Builder& add(Engine engine, const isa::Instruction& i) {
    auto& segment = segments_.back();
    isa::encode(i, segment.code[static_cast<std::size_t>(engine)]);
    auto& runs = segment.source[static_cast<std::size_t>(engine)];
    if (runs.empty()) runs.push_back({0, 0});
    ++runs.back().instructions;
    return *this;
  }
  template <class Op>
  Builder& add(Engine engine, Op op, std::vector<isa::Wait> waits = {}, isa::Signal s = {}) {
    return add(engine, make(std::move(op), std::move(waits), s));
  }
  void next_segment() { segments_.emplace_back(); }

  const isa::ProgramImage& image() const override { return image_; }
  isa::ProgramImage& image() { return image_; }
  bool next(isa::Segment& segment) override {
    if (at_ == segments_.size()) return false;
    segment = segments_[at_++];
    return true;
  }
  void rewind() override { at_ = 0; }

  SimResult run(const std::vector<TensorData>& inputs = {}, SimOptions options = {},
                std::vector<Observer*> observers = {}) {
    rewind();
    return simulate(inf2(), *this, inputs, options, observers);
  }

 private:
  isa::ProgramImage image_;
  std::vector<isa::Segment> segments_;
  std::size_t at_ = 0;
};

inline TensorData floats(const std::string& name, const std::vector<float>& values) {
  TensorData d{name, std::vector<std::byte>(values.size() * 4)};
  std::memcpy(d.bytes.data(), values.data(), d.bytes.size());
  return d;
}
inline std::vector<float> as_floats(const TensorData& d) {
  std::vector<float> v(d.bytes.size() / 4);
  std::memcpy(v.data(), d.bytes.data(), d.bytes.size());
  return v;
}
template <class T>
std::vector<T> as(const TensorData& d) {
  std::vector<T> v(d.bytes.size() / sizeof(T));
  std::memcpy(v.data(), d.bytes.data(), d.bytes.size());
  return v;
}

}  // namespace inf::sim::test
