#include <fmt/core.h>

#include <bit>
#include <cmath>

#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/text.h"

namespace inf::isa {
namespace {

/// The same bits come back: shortest decimal, inf, nan for the canonical quiet NaN, bits(...) for the others.
std::string real(float value) {
  constexpr std::uint32_t kCanonical = 0x7fc00000;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return bits == kCanonical ? "nan" : fmt::format("bits(0x{:08x})", bits);
  return fmt::format("{}", value);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  out += '"';
  return out;
}

std::string place(const Access& a) {
  std::string text = fmt::format("{}[{}:{}", name(a.memory), a.start_partition, a.start_partition + a.partitions);
  if (a.partition_step != 0) text += fmt::format(":{}", a.partition_step);
  text += fmt::format("]@{}", a.offset);
  if (a.base_register != 0) text += fmt::format("+r{}", a.base_register - 1);
  return text + fmt::format(":{}", name(a.dtype));
}

template <class T>
std::string list(const T& parts) {
  std::string text = "[";
  for (const auto& part : parts)
    text += fmt::format("{}{}", text.size() > 1 ? "," : "", static_cast<std::int64_t>(part));
  return text + "]";
}

std::string value(const Access& a) { return print(a); }
std::string value(const ScalarOperand& s) { return print(s); }
std::string value(Register r) { return fmt::format("r{}", r.index); }
std::string value(bool b) { return b ? "1" : "0"; }
std::string value(float f) { return real(f); }
std::string value(numerics::AluOp op) { return std::string(name(op)); }
std::string value(numerics::ActFn f) { return std::string(name(f)); }
std::string value(ReduceCommand c) { return std::string(name(c)); }
std::string value(const Steps& steps) { return list(steps); }
std::string value(const ShuffleMask& mask) { return list(mask); }
template <std::integral T>
std::string value(T n) {
  return fmt::format("{}", static_cast<std::int64_t>(n));
}

std::string wait_text(const Wait& wait) { return wait.used ? fmt::format("s{}>={}", wait.semaphore, wait.value) : "-"; }

void print_tensor(std::string& text, const TensorEntry& t, const PrintOptions& options) {
  static constexpr const char* kRoles[] = {"input", "output", "constant", "scratch"};
  std::string shape;
  for (std::int64_t d : t.shape) shape += fmt::format("{}{}", shape.empty() ? "" : ",", d);
  text += fmt::format("tensor {} {} {} [{}] @{} bytes={}\n", quoted(t.name), kRoles[static_cast<int>(t.role)],
                      name(t.dtype), shape, t.offset, t.bytes);
  if (!t.data) return;
  if (!options.constants) {
    text += fmt::format("# data {}: {} bytes, not shown\n", quoted(t.name), t.data.size());
    return;
  }
  constexpr std::size_t kPerLine = 32;
  const ConstantData::Bytes& data = t.data.bytes();
  if (data.empty()) text += fmt::format("data {} hex\n", quoted(t.name));
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < data.size(); i += kPerLine) {
    text += fmt::format("data {} hex ", quoted(t.name));
    for (std::size_t j = i; j < std::min(i + kPerLine, data.size()); ++j) {
      const auto byte = std::to_integer<unsigned>(data[j]);
      text += kDigits[byte >> 4], text += kDigits[byte & 15];
    }
    text += "\n";
  }
}

void print_stream(std::string& text, const Program& program, const std::vector<std::byte>& code,
                  const std::vector<SourceRun>& runs) {
  std::size_t run = 0;
  std::uint32_t left = 0;
  int depth = 1;
  for (const std::byte *p = code.data(), *end = p + code.size(); p != end;) {
    if (left == 0 && !runs.empty()) {
      if (run == runs.size())
        throw Error(ErrorKind::internal, "", "the source map covers fewer instructions than the stream has");
      const std::int32_t op = runs[run].op;
      left = runs[run++].instructions;
      const bool known = op >= 0 && static_cast<std::size_t>(op) < program.image.ops.size();
      text +=
          fmt::format("  source {}{}\n", op,
                      known ? fmt::format("  # {}", quoted(program.image.ops[static_cast<std::size_t>(op)].name)) : "");
      if (left == 0) continue;
    }
    const Instruction instruction = decode(p, end);
    if (left > 0) --left;
    if (opcode(instruction.op) == Opcode::end_loop) depth = std::max(1, depth - 1);
    text += std::string(static_cast<std::size_t>(2 * depth), ' ') + print(instruction) + "\n";
    if (opcode(instruction.op) == Opcode::loop) ++depth;
  }
}

}  // namespace

std::string print(const Access& a) {
  std::string text = place(a) + "(";
  bool inside = false;
  for (std::size_t i = 0; i < a.free.dims.size(); ++i) {
    const Dim& dim = a.free.dims[i];
    if (!inside && dim == Dim{} && i + 1 < a.free.dims.size()) continue;
    text += fmt::format("{}{}x{}", inside ? "," : "", dim.step, dim.count);
    inside = true;
  }
  return text + ")";
}

std::string print(const ScalarOperand& s) { return s.is_access ? place(s.access) : real(s.immediate); }

std::string print(const Instruction& instruction) {
  std::string text;
  if (instruction.waits[0].used || instruction.waits[1].used) {
    text = "wait " + wait_text(instruction.waits[0]);
    if (instruction.waits[1].used) text += fmt::format(", {}", wait_text(instruction.waits[1]));
    text += " | ";
  }
  text += name(opcode(instruction.op));
  for_each_field(instruction.op, [&](const FieldInfo& field, const auto& member) {
    text += fmt::format(" {}={}", field.name, value(member));
  });
  if (instruction.signal.used) {
    static constexpr char kKinds[] = {'+', '-', '='};
    text += fmt::format(" | signal s{}{}{}", instruction.signal.semaphore,
                        kKinds[static_cast<int>(instruction.signal.kind)], instruction.signal.value);
  }
  return text;
}

std::string print(const Program& program, const PrintOptions& options) {
  const ProgramImage& image = program.image;
  std::string text = fmt::format("program {}\nchip {}", quoted(image.name), quoted(image.chip));
  if (!image.chip_hash.empty()) text += fmt::format(" {}", quoted(image.chip_hash));
  text += fmt::format("\ndram {}\n", image.dram_bytes);
  for (const TensorEntry& t : image.tensors) print_tensor(text, t, options);
  for (const SourceOp& op : image.ops) {
    text += fmt::format("op {} kind={} macs={} nodes=[", quoted(op.name), quoted(op.kind), op.macs);
    for (std::size_t i = 0; i < op.nodes.size(); ++i)
      text += fmt::format("{}{}", i > 0 ? "," : "", quoted(op.nodes[i]));
    text += "]\n";
  }
  for (const DmaCopy& copy : image.preload) {
    Instruction instruction;
    instruction.op = copy;
    text += "preload " + print(instruction) + "\n";
  }
  for (const Segment& segment : program.segments) {
    text += "\nsegment\n";
    for (int e = 0; e < arch::kEngines; ++e) {
      const auto engine = static_cast<std::size_t>(e);
      if (segment.code[engine].empty()) continue;
      text += fmt::format("engine {}:\n", arch::name(static_cast<arch::Engine>(e)));
      print_stream(text, program, segment.code[engine], segment.source[engine]);
    }
  }
  return text;
}

}  // namespace inf::isa
