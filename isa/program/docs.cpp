#include "isa/program/docs.h"

#include <fmt/core.h>

#include "isa/numerics/activation.h"
#include "isa/program/codec.h"
#include "isa/program/rules.h"

namespace inf::isa {
namespace {

std::string engine_names(unsigned engines) {
  std::string text;
  bool all = true;
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    if ((engines & engine_bit(engine)) == 0)
      all = false;
    else
      text += fmt::format("{}{}", text.empty() ? "" : ", ", arch::name(engine));
  }
  return all ? "all" : text;
}

/// "|" would end a table cell.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string bits(const BitField& f) {
  return f.width == 1 ? fmt::format("{}", f.first) : fmt::format("{}..{}", f.first, f.first + f.width - 1);
}

void preamble(std::string& md) {
  md += R"(# Instruction set

Generated from `isa/table/isa.def` and the rules beside it by `inf-sim docs`; edit those, then run the command again.

Each engine runs one in-order stream. An instruction waits for up to two semaphores (`value >=` a number), runs, and when its result is
visible changes one semaphore. Operands are access patterns: memory, first partition, number of partitions, byte offset, up to four free
dimensions of (step, count) in elements, and a dtype. Dotted names such as `tensor.columns` are keys of `configs/chips/*.yaml`, explained
in `docs/config.md`. "Fact sheet" is the collection of figures from the public AWS Neuron documentation that the chip files quote; marks
say how sure a row is: documented, derived with its arithmetic, or assumed.

As text:

```
wait s3>=2, s1>=4 | matmul dst=psum[0:128]@0:fp32(1x512) moving=sbuf[0:128]@4096:bf16(96x4,1x96) accumulate=1 | signal s7+1
```

An access reads `memory[start:stop]@offset:dtype(step x count, ...)`, outermost dimension first; `@64+r5` adds a register's bytes;
`dram[0:64:4096]` gives the bytes from one partition to the next. A scalar operand is a number or an access without a pattern.

)";
}

void overview(std::string& md) {
  md +=
      "## Overview\n\n| Instruction | Opcode | Engines | Bytes | Meaning | Source | Mark "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const InstructionInfo& row : kInstructions)
    md += fmt::format("| [{0}](#{0}) | 0x{1:02x} | {2} | {3} | {4} | {5} | {6} |\n", row.name,
                      static_cast<int>(row.opcode), engine_names(row.engines), encoded_size(row.opcode),
                      cell(row.sentence), row.source, arch::name(row.mark));
}

void header(std::string& md) {
  md +=
      "\n## Encoding\n\nLittle-endian; bit 0 is the least significant bit of the first byte. Every instruction begins "
      "with 16 bytes of\n"
      "header and is a multiple of 16 bytes long. Reserved bits are 0, and so is every part of a wait or signal that "
      "is unused.\n\n"
      "| Bits | Header |\n|---|---|\n";
  for (const BitField& f : bit_fields(Opcode::nop))
    md += fmt::format("| {} | {} |\n", bits(f), f.part.empty() ? "reserved" : f.part);
  md +=
      "\nThe parts of an operand follow each other in the order that the instruction's table lists. A scalar operand "
      "is shown as an\n"
      "access; as an immediate (`is_access` 0) its next 32 bits are the fp32 value and the rest is 0.\n";
}

/// Neighbouring parts of one kind (four steps) share a row.
void fields(std::string& md, int index) {
  const Opcode code = kInstructions[index].opcode;
  const Operation operation = make_operation(index);
  int rows = 0;
  for_each_field(operation, [&](const FieldInfo&, const auto&) { ++rows; });
  if (rows == 0) return;
  md += "| Field | Type | Bits | Unit | Meaning |\n|---|---|---|---|---|\n";
  const std::vector<BitField> layout = bit_fields(code);
  for_each_field(operation, [&](const FieldInfo& field, const auto&) {
    int first = -1, last = -1;
    for (const BitField& f : layout)
      if (f.field == field.name) first = first < 0 ? f.first : first, last = f.first + f.width - 1;
    static constexpr const char* kRoles[] = {"read", "written", "read", ""};
    const std::string role = kRoles[static_cast<int>(field.role)];
    md += fmt::format("| `{}` | {}{} | {}..{} | {} | {} |\n", field.name, field.type, role.empty() ? "" : ", " + role,
                      first, last, field.unit, cell(field.meaning));
  });
}

void access_layouts(std::string& md) {
  struct Sample {
    const char* title;
    Opcode code;
    const char* field;
  };
  const Sample samples[] = {{"An access on chip", Opcode::tensor_copy, "dst"},
                            {"An access that may lie in device memory", Opcode::dma_copy, "dst"},
                            {"A scalar operand", Opcode::tensor_scalar, "s0"}};
  for (const Sample& sample : samples) {
    md += fmt::format("\n{}:\n\n| Bits | Part |\n|---|---|\n", sample.title);
    int base = -1, next = -1;
    for (const BitField& f : bit_fields(sample.code)) {
      const bool mine = f.field == sample.field, tail = f.field.empty() && base >= 0 && f.first == next;
      if (!mine && !tail) continue;
      if (base < 0) base = f.first;
      md += fmt::format("| {} | {} |\n", bits({f.field, f.part, f.first - base, f.width}),
                        f.part.empty() ? "reserved" : f.part);
      next = f.first + f.width;
      if (tail) break;
    }
  }
}

/// The rule that every instruction has; nop has no other.
const InstructionRule& engine_rule() {
  return instruction_rules()[static_cast<std::size_t>(Operation(Nop{}).index())].front();
}

void instructions(std::string& md) {
  md +=
      "\n## Instructions\n\nCosts are in cycles of the engine's own clock, N counting free elements of one partition, "
      "unless they name a "
      "unit. An innermost\nstride above `sbuf.wide_stride_bytes` doubles the N of that operand; an address from a "
      "register raises the "
      "floor to the engine's\n`dynamic_interval`. An engine with fewer `lanes` than an operand has partitions takes "
      "them in rounds: N for each. The limits of [every operand](#limits-of-every-operand) apply to all "
      "of them.\n";
  for (int i = 0; i < kInstructionCount; ++i) {
    const InstructionInfo& row = kInstructions[i];
    md += fmt::format("\n### {}\n\n{}\n\n- Opcode 0x{:02x}, engines: {}, {} bytes. Source: {}, {}.\n", row.name,
                      row.sentence, static_cast<int>(row.opcode), engine_names(row.engines), encoded_size(row.opcode),
                      row.source, arch::name(row.mark));
    for (const CostInfo& cost : kCosts)
      if (cost.opcode == row.opcode) md += fmt::format("- Cost: {}.\n", cost.formula);
    for (const InstructionRule& rule : instruction_rules()[static_cast<std::size_t>(i)])
      if (std::string_view(rule.sentence) != engine_rule().sentence)
        md += fmt::format("- Limit: {} ({}).\n", rule.sentence, rule.source);
    md += "\n";
    fields(md, i);
  }
}

void limits(std::string& md) {
  md += "\n## Limits of every operand\n\n";
  md += fmt::format("- {} ({})\n", engine_rule().sentence, engine_rule().source);
  for (const OperandRule& rule : operand_rules()) md += fmt::format("- {} ({})\n", rule.sentence, rule.source);
  md +=
      "- semaphores are below semaphores.count (fact sheet 6)\n"
      "- a matmul and its stationary weights have the same K; fp32 and tf32 pair only with fp32 and tf32, int8 only "
      "with int8 (fact sheet 3.1)\n"
      "- loops nest and close inside one segment; a branch stays inside its loop and segment (fact sheet 6)\n";
}

void order(std::string& md) {
  md += R"(
## Preload

`preload dma_copy dst=sbuf[...] src=... queue=0` lines before the first segment, a section of its own in a file, are carried out once, when the
model is loaded, and no more in any call: constants that stay in SBUF (the "pinned" queue sets of NEFF files, fact sheet 5.1). Each takes bytes of
one constant, in its own type, into one run of bytes on each partition; no two share a byte. For a call they are written before its first
instruction; an instruction that writes where one of them lies stops the run. What they take is reported as load time.

## Order

Streams are ordered by semaphores alone. A wait knows that everything is complete that its count cannot be reached without, and what the
signalling instructions knew when they started; each engine and each DMA queue completes in order. A read needs such an order behind the
write, also on one engine; the next instructions of a stream know that a register_load before them is over.

A `write` signal (`signal s3=0`) starts a semaphore over. Everything that changed it or waited for it must be known to be complete, and
what changes it afterwards must know the write; a wait that a count from before the write would satisfy must know the write too. An
engine's own waits see its own writes: a wait for a semaphore that the engine has written holds until the write is visible. So a loop
whose rounds count from 0 again ends each round like this, with one engine as master:

- every other engine: `nop | signal s10+1`, then `wait s21>=1 | nop | signal s21=0`, each with a release semaphore of its own;
- the master: `wait s10>=4 | nop | signal s1=0` and so for every count of the round and for s10; `wait s10>=0 | nop | signal s20=1`, which
  also holds it until its resets are visible, and so for the other releases.

Loops of several engines run the same number of rounds. A round is passed over by `register_load` of a flag and a `branch` to what ends the
round; where values are not simulated the flag reads 0.
)";
}

void operators(std::string& md) {
  md += "\n## ALU operators\n\n| Operator | Class | Operands | Reduces | Meaning |\n|---|---|---|---|---|\n";
  for (int i = 0; i < numerics::kAluOps; ++i) {
    const auto op = static_cast<numerics::AluOp>(i);
    md += fmt::format("| {} | {} | {} | {} | {} |\n", name(op), is_bitvec(op) ? "bitvec" : "arithmetic",
                      numerics::operands(op), numerics::reduces(op) ? "yes" : "no", cell(numerics::meaning(op)));
  }
  md +=
      "\n## Activation functions\n\nErrors are the largest over every bf16 argument of the function's range, in units "
      "in the last place of the "
      "exact result.\n\n| Function | Table set | Segments | Meaning | Range | Error in fp32, ulp | Error in bf16, ulp "
      "|\n|---|---|---|---|---|---|---|\n";
  for (int i = 0; i < numerics::kActFns; ++i) {
    const auto fn = static_cast<numerics::ActFn>(i);
    const numerics::ActivationError error = numerics::activation_error(fn);
    const numerics::ActivationRange range = numerics::activation_range(fn);
    const std::string segments =
        numerics::is_exact(fn) ? "exact" : fmt::format("{}", numerics::activation_segments(fn));
    md += fmt::format("| {} | {} | {} | {} | {}{:.4g}..{:.4g} | {:.2f} | {:.2f} |\n", name(fn),
                      name(numerics::set_of(fn)), segments, cell(numerics::meaning(fn)), range.magnitude ? "±" : "",
                      range.low, range.high, error.fp32_ulp, error.bf16_ulp);
  }
}

}  // namespace

std::string isa_markdown() {
  std::string md;
  preamble(md);
  overview(md);
  header(md);
  access_layouts(md);
  instructions(md);
  limits(md);
  order(md);
  operators(md);
  return md;
}

}  // namespace inf::isa
