#include "isa/program/parse_instruction.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "isa/program/text.h"

namespace inf::isa {
namespace {

using Names = std::vector<std::string_view>;
using Tensors = std::vector<TensorEntry>;

/// Reads one of `names`; `wanted` says what they are.
int read_choice(Cursor& cursor, std::string_view wanted, const Names& names) {
  Cursor before = cursor;
  const std::string_view word = cursor.word(wanted);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == word) return static_cast<int>(i);
  before.fail(wanted, names);
}

template <class T>
Names names_of(int count) {
  Names names;
  for (int i = 0; i < count; ++i) names.push_back(name(static_cast<T>(i)));
  return names;
}

std::uint8_t read_register(Cursor& cursor) {
  Cursor before = cursor;
  if (!cursor.accept("r")) before.fail("a register, r0..r63,");
  return static_cast<std::uint8_t>(cursor.integer("a register's number", 0, kRegisters - 1));
}

std::uint8_t read_semaphore(Cursor& cursor) {
  Cursor before = cursor;
  if (!cursor.accept("s")) before.fail("a semaphore, s0..s255,");
  return cursor.integer<std::uint8_t>("a semaphore's number");
}

/// memory or tensor name; sets what the tensor gives.
void read_memory(Cursor& cursor, const Tensors& tensors, Access& a) {
  Cursor before = cursor;
  const std::string word = cursor.name("sbuf, psum, dram or a tensor");
  for (Memory m : {Memory::sbuf, Memory::psum, Memory::dram})
    if (name(m) == word) {
      a.memory = m;
      return;
    }
  Names known = {"sbuf", "psum", "dram"};
  for (const TensorEntry& t : tensors) {
    if (t.name == word) {
      a.memory = Memory::dram;
      a.offset = t.offset;
      a.dtype = t.dtype;
      return;
    }
    known.push_back(t.name);
  }
  before.fail("sbuf, psum, dram or a tensor", known);
}

/// Everything before the pattern.
void read_place(Cursor& cursor, const Tensors& tensors, Access& a) {
  Cursor first = cursor;
  read_memory(cursor, tensors, a);
  const bool is_tensor = !(first.accept_word("sbuf") || first.accept_word("psum") || first.accept_word("dram"));
  cursor.expect("[");
  constexpr int kMaxStart = 255, kMaxPartitions = 65535;
  a.start_partition = static_cast<std::uint8_t>(cursor.integer("the first partition", 0, kMaxStart));
  cursor.expect(":");
  a.partitions = static_cast<std::uint16_t>(
      cursor.integer("the partition after the last", a.start_partition, a.start_partition + kMaxPartitions) -
      a.start_partition);
  if (cursor.accept(":")) a.partition_step = cursor.integer<std::int64_t>("the bytes from one partition to the next");
  cursor.expect("]");
  cursor.expect("@");
  a.offset += cursor.integer("a byte offset", -(std::int64_t{1} << 39), (std::int64_t{1} << 39) - 1);
  if (cursor.accept("+")) a.base_register = static_cast<std::uint8_t>(read_register(cursor) + 1);
  if (cursor.accept(":"))
    a.dtype = read_dtype(cursor);
  else if (!is_tensor)
    cursor.fail("':' and a dtype");
}

void read_pattern(Cursor& cursor, Access& a) {
  cursor.expect("(");
  std::vector<Dim> dims;
  do {
    Dim dim;
    dim.step = cursor.integer<std::int32_t>("a step in elements");
    cursor.expect("x");
    dim.count = cursor.integer<std::uint32_t>("a count");
    if (dims.size() == a.free.dims.size()) cursor.fail("')' (four dimensions at most)");
    dims.push_back(dim);
  } while (cursor.accept(","));
  cursor.expect(")");
  std::copy(dims.begin(), dims.end(), a.free.dims.end() - static_cast<std::ptrdiff_t>(dims.size()));
}

struct ReadValue {
  Cursor& cursor;
  const Tensors& tensors;

  void operator()(Access& a) const {
    read_place(cursor, tensors, a);
    read_pattern(cursor, a);
  }
  void operator()(ScalarOperand& s) const {
    Cursor before = cursor;
    const int column = cursor.column();
    // Digits, signs, inf, nan and bits() begin an immediate; any other name an access.
    Cursor probe = cursor;
    const bool immediate = probe.accept_word("inf") || probe.accept_word("nan") || probe.accept_word("bits") ||
                           probe.accept("-") || before.token().find_first_of("0123456789") == 1;
    if (immediate) {
      s.immediate = cursor.real("a number or an access");
      return;
    }
    s.is_access = true;
    read_place(cursor, tensors, s.access);
    s.access.free = Pattern::row(1);
    Cursor at_pattern = cursor;
    if (at_pattern.accept("(")) {
      read_pattern(cursor, s.access);
      if (s.access.free.elements() != 1) before.fail_at(column, "a scalar operand holds one element per partition");
      s.access.free = Pattern::row(1);
    }
  }
  void operator()(Register& r) const { r.index = read_register(cursor); }
  void operator()(bool& b) const { b = cursor.integer("0 or 1", 0, 1) != 0; }
  void operator()(float& f) const { f = cursor.real("a number"); }
  void operator()(numerics::AluOp& op) const {
    static const Names names = names_of<numerics::AluOp>(numerics::kAluOps);
    op = static_cast<numerics::AluOp>(read_choice(cursor, "an ALU operator", names));
  }
  void operator()(numerics::ActFn& f) const {
    static const Names names = names_of<numerics::ActFn>(numerics::kActFns);
    f = static_cast<numerics::ActFn>(read_choice(cursor, "an activation function", names));
  }
  void operator()(ReduceCommand& c) const {
    static const Names names(kReduceCommands.begin(), kReduceCommands.end());
    c = static_cast<ReduceCommand>(read_choice(cursor, "idle, reset, reduce or reset_reduce", names));
  }
  template <std::integral T>
  void operator()(T& n) const {
    n = cursor.integer<T>("a whole number");
  }
  template <class T, std::size_t N>
  void operator()(std::array<T, N>& parts) const {
    cursor.expect("[");
    for (std::size_t i = 0; i < N; ++i) {
      if (i > 0) cursor.expect(",");
      parts[i] = cursor.integer<T>("a whole number");
    }
    cursor.expect("]");
  }
};

void read_waits(Cursor& cursor, Instruction& instruction) {
  if (!cursor.accept_word("wait")) return;
  for (std::size_t i = 0; i < instruction.waits.size(); ++i) {
    if (i > 0 && !cursor.accept(",")) break;
    if (cursor.accept("-")) continue;
    Wait& wait = instruction.waits[i];
    wait.used = true;
    wait.semaphore = read_semaphore(cursor);
    cursor.expect(">=");
    wait.value = cursor.integer<std::int32_t>("a semaphore value");
  }
  if (!cursor.accept("|")) cursor.fail("'|' (two waits at most)");
}

void read_signal(Cursor& cursor, Signal& signal) {
  if (!cursor.accept("|")) return;
  if (!cursor.accept_word("signal")) cursor.fail("'signal'");
  signal.used = true;
  signal.semaphore = read_semaphore(cursor);
  if (cursor.accept("+"))
    signal.kind = SignalKind::add;
  else if (cursor.accept("-"))
    signal.kind = SignalKind::subtract;
  else if (cursor.accept("="))
    signal.kind = SignalKind::write;
  else
    cursor.fail("'+', '-' or '='");
  signal.value = cursor.integer<std::int16_t>("an amount");
}

template <class Op>
void read_operands(Cursor& cursor, const Tensors& tensors, Op& op) {
  Names fields, given;
  for_each_field(op, [&](const FieldInfo& field, auto&) { fields.emplace_back(field.name); });
  Cursor instruction_end = cursor;
  for (instruction_end = cursor; !cursor.at_end(); instruction_end = cursor) {
    Cursor at = cursor;
    if (at.accept("|")) break;
    at = cursor;
    const std::string_view word = cursor.word("an operand");
    if (std::find(given.begin(), given.end(), word) != given.end())
      at.fail_at(at.column(), fmt::format("'{}' is given twice", word));
    given.push_back(word);
    cursor.expect("=");
    bool known = false;
    for_each_field(op, [&](const FieldInfo& field, auto& member) {
      if (word != field.name) return;
      known = true;
      ReadValue{cursor, tensors}(member);
    });
    if (!known)
      at.fail(fields.empty() ? "no operand" : fmt::format("an operand ({})", fmt::join(fields, ", ")), fields);
  }
  for (std::string_view field : fields)
    if (std::find(given.begin(), given.end(), field) == given.end()) {
      instruction_end.fail(fmt::format("'{}='", field));
    }
}

}  // namespace

DType read_dtype(Cursor& cursor) {
  static const Names names = names_of<DType>(kDTypes);
  static const std::string wanted = fmt::format("a dtype ({})", fmt::join(names, ", "));
  return static_cast<DType>(read_choice(cursor, wanted, names));
}

Instruction read_instruction(Cursor& cursor, const Tensors& tensors) {
  static const Names names = [] {
    Names list;
    for (const InstructionInfo& row : kInstructions) list.emplace_back(row.name);
    return list;
  }();
  Instruction instruction;
  read_waits(cursor, instruction);
  instruction.op = make_operation(read_choice(cursor, "an instruction", names));
  std::visit([&](auto& op) { read_operands(cursor, tensors, op); }, instruction.op);
  read_signal(cursor, instruction.signal);
  cursor.expect_end();
  return instruction;
}

Instruction parse_instruction(std::string_view line, const std::string& file_name) {
  Cursor cursor(line, file_name, 1);
  return read_instruction(cursor, {});
}

}  // namespace inf::isa
