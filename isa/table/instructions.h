#pragma once
#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>

#include "isa/arch/chip_spec.h"
#include "isa/program/access.h"
#include "isa/table/field_types.h"

// Everything here expands from isa.def. The rows are flat, so each expansion opens a struct or function at an
// INSTRUCTION row and closes the one before it. clang-format cannot lay that out.

// clang-format off
namespace inf::isa {

enum class Opcode : std::uint8_t {
#define INSTRUCTION(Struct, name, opcode, ...) name = opcode,
#include "isa/table/expand.h"
};

struct TableBegin {
#define INSTRUCTION(Struct, ...) }; struct Struct {
#define READ(instruction, field, ...) Access field{};
#define WRITE(instruction, field, ...) Access field{};
#define VALUE(instruction, field, ...) ScalarOperand field{};
#define FIELD(instruction, field, type, ...) field_type::type_##type::stored field{};
#include "isa/table/expand.h"
};

/// One instruction without its waits and signal; alternatives in table order.
#define INSTRUCTION(Struct, ...) , Struct
using Operation = decltype([]<class First, class... Rest>(std::type_identity<std::variant<First, Rest...>>) {
  return std::variant<Rest...>{};
}(std::type_identity<std::variant<TableBegin
#include "isa/table/expand.h"
>>{}));

/// How an instruction uses an operand.
enum class Role : std::uint8_t { read, write, value, plain };

/// One operand or field as the table describes it.
struct FieldInfo {
  const char* name;
  Role role;
  unsigned memories;    ///< operands: the set of memories it may name
  const char* type;     ///< fields: its type; operands: "access" or "scalar operand"
  const char* unit;
  const char* meaning;
};

/// Calls visit(field_type tag, const FieldInfo&, member) for each operand and field of `op`, in table order. The tag is
/// AccessTag<memories>, ValueTag<memories> or field_type::type_*: it holds what an encoder must know when it is compiled.
template <unsigned Memories> struct AccessTag { static constexpr unsigned memories = Memories; };
template <unsigned Memories> struct ValueTag { static constexpr unsigned memories = Memories; };

template <class Self, class Struct>
concept Instance = std::same_as<std::remove_const_t<Self>, Struct>;

template <Instance<TableBegin> Self, class Visit> constexpr void for_each_tagged_field(Self&, Visit&&) {
#define INSTRUCTION(Struct, ...) } \
  template <Instance<Struct> Self, class Visit> \
  constexpr void for_each_tagged_field([[maybe_unused]] Self& op, [[maybe_unused]] Visit&& visit) {
#define READ(instruction, field, memories, meaning) \
  visit(AccessTag<(memories)>{}, FieldInfo{#field, Role::read, memories, "access", "elements", meaning}, op.field);
#define WRITE(instruction, field, memories, meaning) \
  visit(AccessTag<(memories)>{}, FieldInfo{#field, Role::write, memories, "access", "elements", meaning}, op.field);
#define VALUE(instruction, field, memories, meaning) \
  visit(ValueTag<(memories)>{}, FieldInfo{#field, Role::value, memories, "scalar operand", "-", meaning}, op.field);
#define FIELD(instruction, field, type, unit, meaning) \
  visit(field_type::type_##type{}, FieldInfo{#field, Role::plain, 0, field_type::type_##type::text, unit, meaning}, op.field);
#include "isa/table/expand.h"
}

/// Calls visit(const FieldInfo&, member) for each operand and field, in table order. `op` is one instruction struct.
template <class Op, class Visit>
  requires requires(Op& o) { for_each_tagged_field(o, [](auto, const FieldInfo&, auto&) {}); }
void for_each_field(Op& op, Visit&& visit) {
  for_each_tagged_field(op, [&](auto, const FieldInfo& info, auto& member) { visit(info, member); });
}
template <class Visit> void for_each_field(const Operation& op, Visit&& visit) {
  std::visit([&](const auto& o) { for_each_field(o, visit); }, op);
}
template <class Visit> void for_each_field(Operation& op, Visit&& visit) {
  std::visit([&](auto& o) { for_each_field(o, visit); }, op);
}

inline bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }
template <class T> bool same_bits(const T& a, const T& b) { return a == b; }

/// Instructions compare field by field; floats as bits, so that a NaN equals itself.
inline bool operator==(const TableBegin&, const TableBegin&) {
#define INSTRUCTION(Struct, ...) return true; } \
  inline bool operator==([[maybe_unused]] const Struct& a, [[maybe_unused]] const Struct& b) {
#define READ(instruction, field, ...) if (!same_bits(a.field, b.field)) return false;
#define WRITE(instruction, field, ...) if (!same_bits(a.field, b.field)) return false;
#define VALUE(instruction, field, ...) if (!same_bits(a.field, b.field)) return false;
#define FIELD(instruction, field, ...) if (!same_bits(a.field, b.field)) return false;
#include "isa/table/expand.h"
  return true;
}

/// The instruction starts once semaphore >= value.
struct Wait {
  bool used = false;
  std::uint8_t semaphore = 0;
  std::int32_t value = 0;
  friend bool operator==(const Wait&, const Wait&) = default;
};

enum class SignalKind : std::uint8_t { add, subtract, write };

/// Applied to the semaphore when the result is visible.
struct Signal {
  bool used = false;
  std::uint8_t semaphore = 0;
  SignalKind kind = SignalKind::add;
  std::int16_t value = 1;
  friend bool operator==(const Signal&, const Signal&) = default;
};

struct Instruction {
  std::array<Wait, 2> waits{};
  Signal signal{};
  Operation op{};
  friend bool operator==(const Instruction&, const Instruction&) = default;
};

inline constexpr unsigned engine_bit(arch::Engine e) { return 1u << static_cast<unsigned>(e); }

/// One INSTRUCTION row.
struct InstructionInfo {
  Opcode opcode;
  const char* name;
  unsigned engines;  ///< engine_bit of every engine that executes it
  const char* sentence;
  const char* source;
  arch::Mark mark;
};

namespace engine_letters {
inline constexpr unsigned T = engine_bit(arch::Engine::tensor), V = engine_bit(arch::Engine::vector),
                          S = engine_bit(arch::Engine::scalar), G = engine_bit(arch::Engine::gpsimd),
                          Y = engine_bit(arch::Engine::sync), X = T | V | S | G | Y;
inline constexpr InstructionInfo kRows[] = {
#define INSTRUCTION(Struct, name, opcode, engines, sentence, source, mark) \
  {Opcode::name, #name, engines, sentence, source, arch::Mark::mark},
#include "isa/table/expand.h"
};
}  // namespace engine_letters

/// Every instruction in table order: kInstructions[op.index()] describes an Operation.
inline constexpr auto& kInstructions = engine_letters::kRows;
inline constexpr int kInstructionCount = static_cast<int>(std::size(kInstructions));
static_assert(std::variant_size_v<Operation> == kInstructionCount);

constexpr Opcode opcode(const Operation& op) { return kInstructions[op.index()].opcode; }
/// Index of the row with this opcode, -1 where no instruction has it.
constexpr int index_of(std::uint8_t opcode_byte) {
  for (int i = 0; i < kInstructionCount; ++i)
    if (static_cast<std::uint8_t>(kInstructions[i].opcode) == opcode_byte) return i;
  return -1;
}
constexpr const InstructionInfo& info(Opcode o) { return kInstructions[index_of(static_cast<std::uint8_t>(o))]; }
constexpr const char* name(Opcode o) { return info(o).name; }
/// Bit per arch::Engine.
constexpr unsigned engines(Opcode o) { return info(o).engines; }

/// The DMA queue that runs a transfer; nothing for an instruction that moves no data by DMA.
std::optional<std::uint8_t> dma_queue(const Operation& op);

/// What the instruction costs, in words.
struct CostInfo {
  Opcode opcode;
  const char* formula;
};
inline constexpr CostInfo kCosts[] = {
#define COST(instruction, formula) {Opcode::instruction, formula},
#include "isa/table/expand.h"
};

/// A default-constructed operation of the row with this index.
Operation make_operation(int index);

/// Calls f(const Access&, const char* field) for each access that is read: READ rows, VALUE rows that are vectors, and the
/// destination of an instruction whose `accumulate` is set, and the table of a scatter.
template <class F> void for_each_read(const Operation& operation, F&& f) {
  std::visit(
      [&](const auto& op) {
        for_each_field(op, [&](const FieldInfo& field, const auto& member) {
          using Member = std::remove_cvref_t<decltype(member)>;
          if constexpr (std::is_same_v<Member, Access>) {
            if (field.role == Role::read) f(member, field.name);
          } else if constexpr (std::is_same_v<Member, ScalarOperand>) {
            if (member.is_access) f(member.access, field.name);
          }
        });
        if constexpr (requires { op.accumulate; op.dst; })
          if (op.accumulate) f(op.dst, "dst");
        // Which rows a scatter changes is known when it runs; the others keep their value.
        if constexpr (requires { op.accumulate; op.table; }) f(op.table, "table");
      },
      operation);
}

/// Calls f(const Access&, const char* field) for each access that is written.
template <class F> void for_each_write(const Operation& operation, F&& f) {
  for_each_field(operation, [&](const FieldInfo& field, const auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, Access>)
      if (field.role == Role::write) f(member, field.name);
  });
}

}  // namespace inf::isa
