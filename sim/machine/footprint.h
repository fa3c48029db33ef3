#pragma once
#include <array>
#include <cstdint>

#include "isa/program/access.h"
#include "isa/table/instructions.h"

namespace inf::sim {

/// Smallest partition range x byte range around an access; half open. Device memory counts as one partition.
struct Box {
  isa::Memory memory = isa::Memory::sbuf;
  std::int16_t first_partition = 0, end_partition = 0;
  std::int64_t first_byte = 0, end_byte = 0;

  bool meets(const Box& o) const {
    return memory == o.memory && first_byte < o.end_byte && o.first_byte < end_byte &&
           first_partition < o.end_partition && o.first_partition < end_partition;
  }
  bool contains(const Box& o) const {
    return memory == o.memory && first_byte <= o.first_byte && o.end_byte <= end_byte &&
           first_partition <= o.first_partition && o.end_partition <= end_partition;
  }
  friend bool operator==(const Box&, const Box&) = default;
};

Box box_of(const isa::Access& a);

/// True where the two accesses have a byte in common, element by element.
bool overlap(const isa::Access& a, const isa::Access& b);

/// First byte that both accesses touch, for messages; only meaningful when they overlap.
struct CommonBytes {
  int partition = 0;
  std::int64_t first = 0, end = 0;
};
CommonBytes common_bytes(const isa::Access& a, const isa::Access& b);

/// True where every byte of the access's box belongs to the access.
bool is_dense(const isa::Access& a);

/// One operand of an instruction. `access` points into the instruction.
struct Touch {
  const isa::Access* access = nullptr;
  const char* field = "";
  bool write = false;
  Box box;
};

/// Everything in memory that an instruction touches, reads first.
struct Footprint {
  std::array<Touch, 6> touches;
  int count = 0;
  const Touch* begin() const { return touches.data(); }
  const Touch* end() const { return touches.data() + count; }
};
Footprint footprint_of(const isa::Operation& op);

}  // namespace inf::sim
