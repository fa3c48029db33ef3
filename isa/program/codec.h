#pragma once
#include <cstddef>
#include <vector>

#include "isa/table/instructions.h"

namespace inf::isa {

/// Appends the encoded instruction: a header of 16 bytes, then the operands in table order, rounded up to 16 bytes.
/// Errors: illegal_instruction when a value does not fit its bits, naming field, value and range.
void encode(const Instruction& instruction, std::vector<std::byte>& out);

/// Reads the instruction at `p` and moves `p` behind it.
/// Errors: illegal_instruction on an unknown opcode, a truncated instruction, an enumerator that does not exist, or a
/// reserved bit that is not zero; the message names the bit. `p` stays where it was.
Instruction decode(const std::byte*& p, const std::byte* end);

/// Bytes of every instruction with this opcode.
int encoded_size(Opcode opcode);

/// Decodes a whole stream.
std::vector<Instruction> decode_all(const std::vector<std::byte>& code);

/// One run of bits of an encoded instruction, for docs/isa.md and the table tests.
struct BitField {
  std::string field, part;  ///< operand ("moving") and its part ("offset"); both empty for reserved bits
  int first = 0, width = 0;
};
/// Every bit of the instruction in order, reserved ones included. Scalar operands are shown in their [P,1] form.
std::vector<BitField> bit_fields(Opcode opcode);

}  // namespace inf::isa
