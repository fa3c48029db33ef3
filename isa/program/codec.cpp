#include "isa/program/codec.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>

#include "isa/base/error.h"
#include "isa/program/layout.h"

namespace inf::isa {
namespace {

static_assert(std::endian::native == std::endian::little, "bit runs are moved as little-endian words");

constexpr int kMaxBytes = 256;
constexpr int kSlack = 8;  // a run of bits is moved as one 8-byte word, which may reach behind the last byte

/// Number of enumerators, 0 for other types.
template <class T>
constexpr std::uint64_t enumerators() {
  if constexpr (std::is_same_v<T, Memory>)
    return 3;
  else if constexpr (std::is_same_v<T, DType>)
    return kDTypes;
  else if constexpr (std::is_same_v<T, SignalKind>)
    return 3;
  else if constexpr (std::is_same_v<T, ReduceCommand>)
    return kReduceCommands.size();
  else if constexpr (std::is_same_v<T, numerics::AluOp>)
    return numerics::kAluOps;
  else if constexpr (std::is_same_v<T, numerics::ActFn>)
    return numerics::kActFns;
  else
    return 0;
}

[[noreturn]] void fail(Opcode opcode, std::string message) {
  throw Error(ErrorKind::illegal_instruction, "", fmt::format("{}: {}", name(opcode), message));
}

std::string place(const char* field, const char* part) {
  return *field == 0 ? std::string(part) : fmt::format("{}.{}", field, part);
}

constexpr std::uint64_t low_mask(int width) { return width == 64 ? ~0ull : (1ull << width) - 1; }

struct Writer {
  Opcode opcode{};
  const char* operand = "";
  std::byte* bytes = nullptr;
  std::uint64_t word = 0;  // bits not yet stored
  int filled = 0;          // how many of them

  void field(const char* name) { operand = name; }
  void put(std::uint64_t value, int width) {
    word |= value << filled;
    if (filled + width < 64) {
      filled += width;
      return;
    }
    std::memcpy(bytes, &word, 8);
    bytes += 8;
    word = filled == 0 ? 0 : value >> (64 - filled);
    filled += width - 64;
  }
  void finish() { std::memcpy(bytes, &word, 8); }
  template <class T>
  void bits(const char* part, const T& value, int width) {
    const auto raw = static_cast<std::uint64_t>(value);
    if ((raw & ~low_mask(width)) != 0)
      fail(opcode, fmt::format("{} = {} is outside 0..{}", place(operand, part), raw, low_mask(width)));
    put(raw, width);
  }
  template <class T>
  void limited(const char* part, const T& value, int width, int most) {
    if (value > most) fail(opcode, fmt::format("{} = {} is outside 0..{}", place(operand, part), value, most));
    put(value, width);
  }
  template <class T>
  void low(const char* part, const T& value, int width) {
    if (value >> width > 1)
      fail(opcode, fmt::format("{} = {} is outside 0..{}", place(operand, part), value, low_mask(width + 1)));
    put(value & low_mask(width), width);
  }
  template <class T>
  void high(const char*, const T& value, int width) {
    put(static_cast<std::uint64_t>(value >> width), 1);
  }
  template <class T>
  void sbits(const char* part, const T& value, int width) {
    const auto raw = static_cast<std::int64_t>(value);
    const std::int64_t limit = std::int64_t{1} << (width - 1);
    if (raw < -limit || raw >= limit)
      fail(opcode, fmt::format("{} = {} is outside {}..{}", place(operand, part), raw, -limit, limit - 1));
    put(static_cast<std::uint64_t>(raw) & low_mask(width), width);
  }
  void real(const char*, const float& value) { put(std::bit_cast<std::uint32_t>(value), 32); }
  void absent(const char*, int width) { put(0, width); }
  void reserved(int width) { put(0, width); }
};

struct Reader {
  Opcode opcode{};
  const char* operand = "";
  int at = 0;
  const std::byte* bytes = nullptr;

  void field(const char* name) { operand = name; }
  std::uint64_t get(int width) {
    std::uint64_t word;
    std::memcpy(&word, bytes + at / 8, 8);
    word = (word >> (at % 8)) & low_mask(width);
    at += width;
    return word;
  }
  template <class T>
  void bits(const char* part, T& value, int width) {
    const std::uint64_t raw = get(width);
    if constexpr (enumerators<T>() != 0) {
      if (raw >= enumerators<T>())
        fail(opcode, fmt::format("{} = {} is outside 0..{} (bits {}..{})", place(operand, part), raw,
                                 enumerators<T>() - 1, at - width, at - 1));
    }
    value = static_cast<T>(raw);
  }
  template <class T>
  void limited(const char* part, T& value, int width, int most) {
    bits(part, value, width);
    if (value > most)
      fail(opcode, fmt::format("{} = {} is outside 0..{} (bits {}..{})", place(operand, part), value, most, at - width,
                               at - 1));
  }
  template <class T>
  void low(const char* part, T& value, int width) {
    bits(part, value, width);
  }
  template <class T>
  void high(const char*, T& value, int width) {
    value = static_cast<T>(value | get(1) << width);
  }
  template <class T>
  void sbits(const char*, T& value, int width) {
    const std::uint64_t raw = get(width);
    value = static_cast<T>(static_cast<std::int64_t>(raw << (64 - width)) >> (64 - width));
  }
  void real(const char*, float& value) { value = std::bit_cast<float>(static_cast<std::uint32_t>(get(32))); }
  void absent(const char* part, int width) {
    const int first = at;
    const std::uint64_t raw = get(width);
    if (raw != 0)
      fail(opcode, fmt::format("bit {} ({}) is 1; it must be 0 where that part is unused",
                               first + std::countr_zero(raw), place(operand, part)));
  }
  void reserved(int width) {
    const int first = at;
    const std::uint64_t raw = get(width);
    if (raw != 0)
      fail(opcode, fmt::format("reserved bit {} is 1; reserved bits must be 0", first + std::countr_zero(raw)));
  }
};

struct Recorder {
  std::string operand;
  int at = 0;
  std::vector<BitField> fields;

  void field(const char* name) { operand = name; }
  void record(const char* part, int width) {
    fields.push_back({operand, part, at, width});
    at += width;
  }
  template <class T>
  void bits(const char* part, T&, int width) {
    record(part, width);
  }
  template <class T>
  void limited(const char* part, T&, int width, int) {
    record(part, width);
  }
  template <class T>
  void low(const char* part, T&, int width) {
    record(part, width);
  }
  template <class T>
  void high(const char* part, T&, int width) {
    fields.push_back({operand, fmt::format("{} (bit {})", part, width), at, 1});
    ++at;
  }
  template <class T>
  void sbits(const char* part, T&, int width) {
    record(part, width);
  }
  void real(const char* part, const float&) { record(part, 32); }
  void absent(const char* part, int width) { record(part, width); }
  void reserved(int width) {
    fields.push_back({"", "", at, width});
    at += width;
  }
};

constexpr int round_up(int bits) { return (bits + layout::kAlignBits - 1) / layout::kAlignBits * layout::kAlignBits; }

Instruction sample(int index) {
  Instruction instruction;
  instruction.op = make_operation(index);
  for_each_field(instruction.op, [](const FieldInfo&, auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, ScalarOperand>) member.is_access = true;
  });
  return instruction;
}

std::array<int, kInstructionCount> sizes() {
  std::array<int, kInstructionCount> bytes{};
  for (int i = 0; i < kInstructionCount; ++i) {
    Recorder recorder;
    recorder.at = layout::kHeaderBits;
    const Instruction instruction = sample(i);
    std::visit([&](const auto& op) { layout::operands(recorder, op); }, instruction.op);
    bytes[static_cast<std::size_t>(i)] = round_up(recorder.at) / 8;
    if (bytes[static_cast<std::size_t>(i)] > kMaxBytes)
      throw Error(ErrorKind::internal, "", "an instruction exceeds the buffer");
  }
  return bytes;
}

const std::array<int, kInstructionCount>& size_table() {
  static const std::array<int, kInstructionCount> table = sizes();
  return table;
}

constexpr auto kIndexOfOpcode = [] {
  std::array<std::int8_t, 256> table{};
  for (int i = 0; i < 256; ++i)
    table[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(index_of(static_cast<std::uint8_t>(i)));
  return table;
}();

template <class Op>
void read_operands(Instruction& instruction, Reader& io) {
  Op& op = instruction.op.emplace<Op>();
  layout::operands(io, op);
  // One element per partition: its step is not encoded.
  for_each_field(op, [](const FieldInfo&, auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, ScalarOperand>)
      if (member.is_access) member.access.free = Pattern::row(1);
  });
}

using ReadOperands = void (*)(Instruction&, Reader&);
constexpr ReadOperands kReadOperands[] = {
#define INSTRUCTION(Struct, ...) &read_operands<Struct>,
#include "isa/table/expand.h"
};

/// What an encoding cannot hold: the pattern of a scalar operand, the partition step of an on-chip access.
void check_encodable(Opcode code, const Operation& operation) {
  std::visit(
      [&](const auto& op) {
        for_each_tagged_field(op, [&](auto tag, const FieldInfo& field, const auto& member) {
          using Member = std::remove_cvref_t<decltype(member)>;
          if constexpr (std::is_same_v<Member, ScalarOperand>) {
            if (member.is_access && member.access.free != Pattern::row(1))
              fail(code, fmt::format("{} holds {} elements per partition; a scalar operand is Pattern::row(1)",
                                     field.name, member.access.free.elements()));
            if (member.is_access && member.access.partition_step != 0)
              fail(code, fmt::format("{}.partition_step = {} where only device memory has one", field.name,
                                     member.access.partition_step));
          } else if constexpr (std::is_same_v<Member, Access>) {
            if ((decltype(tag)::memories & kDram) == 0 && member.partition_step != 0)
              fail(code, fmt::format("{}.partition_step = {} where only device memory has one", field.name,
                                     member.partition_step));
          }
        });
      },
      operation);
}

}  // namespace

void encode(const Instruction& instruction, std::vector<std::byte>& out) {
  const Opcode code = opcode(instruction.op);
  check_encodable(code, instruction.op);
  std::byte buffer[kMaxBytes + kSlack] = {};
  Writer io{.opcode = code, .bytes = buffer};
  layout::header(io, code, instruction);
  std::visit([&](const auto& op) { layout::operands(io, op); }, instruction.op);
  io.finish();
  out.insert(out.end(), buffer, buffer + size_table()[instruction.op.index()]);
}

Instruction decode(const std::byte*& p, const std::byte* end) {
  if (p == end) throw Error(ErrorKind::illegal_instruction, "", "no instruction: the stream has ended");
  const int index = kIndexOfOpcode[std::to_integer<std::uint8_t>(*p)];
  if (index < 0)
    throw Error(ErrorKind::illegal_instruction, "",
                fmt::format("no instruction has opcode 0x{:02x}", std::to_integer<int>(*p)));
  const Opcode code = kInstructions[index].opcode;
  const int size = size_table()[static_cast<std::size_t>(index)];
  if (end - p < size) fail(code, fmt::format("truncated: {} of {} bytes", end - p, size));

  std::byte buffer[kMaxBytes + kSlack];
  std::memcpy(buffer, p, static_cast<std::size_t>(size));
  std::memset(buffer + size, 0, kSlack);
  Reader io{.opcode = code, .bytes = buffer};
  Instruction instruction;
  std::uint8_t opcode_byte = 0;
  layout::header(io, opcode_byte, instruction);
  kReadOperands[index](instruction, io);
  io.field("");
  while (io.at < size * 8) io.reserved(std::min(32, size * 8 - io.at));
  p += size;
  return instruction;
}

int encoded_size(Opcode code) {
  return size_table()[static_cast<std::size_t>(kIndexOfOpcode[static_cast<std::uint8_t>(code)])];
}

std::vector<Instruction> decode_all(const std::vector<std::byte>& bytes) {
  std::vector<Instruction> instructions;
  for (const std::byte *p = bytes.data(), *end = p + bytes.size(); p != end;) instructions.push_back(decode(p, end));
  return instructions;
}

std::vector<BitField> bit_fields(Opcode code) {
  Recorder recorder;
  Instruction instruction = sample(kIndexOfOpcode[static_cast<std::uint8_t>(code)]);
  layout::header(recorder, code, instruction);
  std::visit([&](const auto& op) { layout::operands(recorder, op); }, instruction.op);
  const int size = encoded_size(code) * 8;
  if (recorder.at < size) recorder.reserved(size - recorder.at);
  return recorder.fields;
}

}  // namespace inf::isa
