#pragma once
#include <algorithm>
#include <bit>
#include <iterator>
#include <type_traits>

#include "isa/program/random.h"

namespace inf::isa {

/// Random parts of an instruction, each within what a chip allows.
class RandomOperands {
 public:
  RandomOperands(Random& random, const arch::ChipSpec& chip) : random_(random), chip_(chip) {}

 protected:
  static constexpr DType kFloats[] = {DType::fp32,     DType::tf32,     DType::bf16,    DType::fp16,
                                      DType::fp8_e4m3, DType::fp8_e5m2, DType::fp8_e3m4};
  static constexpr DType kIntegers[] = {DType::int8,   DType::uint8, DType::int16,
                                        DType::uint16, DType::int32, DType::uint32};

  std::int64_t between(std::int64_t low, std::int64_t high) { return random_.between(low, high); }
  bool coin() { return random_.coin(); }
  template <class T>
  auto pick(const T& list) -> std::remove_cvref_t<decltype(*std::begin(list))> {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(std::size(list)) - 1))];
  }
  DType any() {
    const DType type = coin() ? pick(kFloats) : pick(kIntegers);
    return knows(type) ? type : pick(chip_.dtypes);
  }
  bool knows(DType type) const {
    return std::find(chip_.dtypes.begin(), chip_.dtypes.end(), type) != chip_.dtypes.end();
  }
  std::int64_t partitions() { return between(1, chip_.sbuf.partitions); }
  std::int64_t elements() { return between(1, coin() ? 16 : 600); }
  std::int32_t i32() { return static_cast<std::int32_t>(random_.next()); }
  float real() {
    return coin() ? static_cast<float>(between(-8, 8))
                  : std::bit_cast<float>(static_cast<std::uint32_t>(random_.next()));
  }
  Register any_register() { return {static_cast<std::uint8_t>(between(0, chip_.sequencer.registers - 1))}; }

  /// n as a product of four counts, split at random.
  Pattern pattern(std::int64_t n);
  /// `parts` partitions of `n` elements in one of `memories`; not in PSUM where it has fewer partitions.
  Access access(unsigned memories, std::int64_t parts, std::int64_t n, DType type);
  /// A result of 4-byte elements inside one PSUM bank.
  Access in_bank(std::int64_t parts, std::int64_t n, DType type);
  ScalarOperand scalar(const Access& dst, DType type);

  Random& random_;
  const arch::ChipSpec& chip_;

 private:
  /// Steps and an offset that keep every element in 0..bytes-1: wide ones where they fit, else a dense layout.
  void steps(Access& a, std::int64_t bytes);
};

}  // namespace inf::isa
