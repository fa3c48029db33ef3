#pragma once
#include <type_traits>

#include "isa/table/instructions.h"

// Where every bit of an encoded instruction lies. Encoder, decoder and docs/isa.md walk this one description: `io` is
// what each of them does with a run of bits. Bits count from the least significant bit of the first byte.
//
// io.bits(name, value, width)     an unsigned or enumerated value
// io.limited(name, value, width, most)   the same, at most `most`
// io.low(name, value, width)      the low bits of an unsigned value whose next bit is io.high()
// io.high(name, value, width)     the bit above the `width` low ones
// io.sbits(name, value, width)    a signed value, two's complement
// io.real(name, value)            the 32 bits of a float
// io.absent(name, value, width)   bits that must be zero because the part they belong to is unused
// io.reserved(width)              bits that must be zero
namespace inf::isa::layout {

inline constexpr int kHeaderBits = 128;
inline constexpr int kAlignBits = 128;

void header(auto& io, auto& opcode_byte, auto& instruction) {
  io.bits("opcode", opcode_byte, 8);
  for (auto& wait : instruction.waits) {
    io.bits("wait.used", wait.used, 1);
    if (wait.used) {
      io.bits("wait.semaphore", wait.semaphore, 8);
      io.sbits("wait.value", wait.value, 32);
    } else {
      io.absent("wait.semaphore", 8);
      io.absent("wait.value", 32);
    }
  }
  auto& signal = instruction.signal;
  io.bits("signal.used", signal.used, 1);
  if (signal.used) {
    io.bits("signal.semaphore", signal.semaphore, 8);
    io.bits("signal.kind", signal.kind, 2);
    io.sbits("signal.value", signal.value, 16);
  } else {
    io.absent("signal.semaphore", 8);
    io.absent("signal.kind", 2);
    io.absent("signal.value", 16);
  }
  io.reserved(11);
}

/// 24 bytes: an access that stays on chip.
void narrow_access(auto& io, auto& a) {
  for (auto& dim : a.free.dims) io.sbits("step", dim.step, 16);
  for (auto& dim : a.free.dims) io.bits("count", dim.count, 16);
  io.sbits("offset", a.offset, 32);
  io.limited("base_register", a.base_register, 7, kRegisters);
  io.low("partitions", a.partitions, 8);
  io.low("start_partition", a.start_partition, 7);
  io.bits("memory", a.memory, 2);
  io.bits("dtype", a.dtype, 4);
  io.high("partitions", a.partitions, 8);
  io.high("start_partition", a.start_partition, 7);
  io.reserved(2);
}

/// 48 bytes: an access that may lie in device memory.
void wide_access(auto& io, auto& a) {
  for (auto& dim : a.free.dims) io.sbits("step", dim.step, 32);
  for (auto& dim : a.free.dims) io.bits("count", dim.count, 32);
  io.sbits("offset", a.offset, 40);
  io.sbits("partition_step", a.partition_step, 40);
  io.limited("base_register", a.base_register, 7, kRegisters);
  io.bits("partitions", a.partitions, 16);
  io.low("start_partition", a.start_partition, 7);
  io.bits("memory", a.memory, 2);
  io.bits("dtype", a.dtype, 4);
  io.high("start_partition", a.start_partition, 7);
  io.reserved(11);
}

/// 8 bytes: an immediate, or one element per partition.
void scalar_operand(auto& io, auto& s) {
  io.bits("is_access", s.is_access, 1);
  if (s.is_access) {
    auto& a = s.access;
    io.sbits("offset", a.offset, 32);
    io.limited("base_register", a.base_register, 7, kRegisters);
    io.low("partitions", a.partitions, 8);
    io.low("start_partition", a.start_partition, 7);
    io.bits("memory", a.memory, 2);
    io.bits("dtype", a.dtype, 4);
    io.high("partitions", a.partitions, 8);
    io.high("start_partition", a.start_partition, 7);
    io.reserved(1);
  } else {
    io.real("immediate", s.immediate);
    io.reserved(31);
  }
}

template <unsigned Memories>
void operand(auto& io, AccessTag<Memories>, auto& access) {
  if constexpr ((Memories & kDram) != 0)
    wide_access(io, access);
  else
    narrow_access(io, access);
}
template <unsigned Memories>
void operand(auto& io, ValueTag<Memories>, auto& value) {
  scalar_operand(io, value);
}

template <class Type>
requires requires { Type::bits; }
void operand(auto& io, Type, auto& value) {
  using T = std::remove_const_t<std::remove_reference_t<decltype(value)>>;
  if constexpr (std::is_same_v<T, Register>)
    io.bits("index", value.index, Type::bits);
  else if constexpr (std::is_floating_point_v<T>)
    io.real("value", value);
  else if constexpr (Type::count > 1) {
    for (auto& part : value) {
      if constexpr (std::is_signed_v<typename T::value_type>)
        io.sbits("value", part, Type::bits);
      else
        io.bits("value", part, Type::bits);
    }
  } else if constexpr (std::is_signed_v<T>)
    io.sbits("value", value, Type::bits);
  else
    io.bits("value", value, Type::bits);
}

/// Everything behind the header.
void operands(auto& io, auto& op) {
  for_each_tagged_field(op, [&](auto tag, const FieldInfo& field, auto& member) {
    io.field(field.name);
    operand(io, tag, member);
  });
}

}  // namespace inf::isa::layout
