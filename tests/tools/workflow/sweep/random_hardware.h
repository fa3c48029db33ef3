#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"

namespace inf::test {

/// Numbers that follow from a seed alone.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
  std::uint64_t next();
  /// 0 .. below - 1.
  std::int64_t below(std::int64_t below) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(below));
  }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
  }

 private:
  std::uint64_t state_;
};

/// One of the shipped chips with about half of the values that decide times changed, up to eightfold.
arch::ChipSpec random_chip(Draws& draws);
/// A size of a shipped family with other overheads.
arch::InstanceSpec random_instance(Draws& draws);

}  // namespace inf::test
