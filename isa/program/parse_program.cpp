#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "isa/program/codec.h"
#include "isa/program/parse_instruction.h"
#include "isa/program/preload.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"

namespace inf::isa {
namespace {

constexpr std::int64_t kTensorAlign = 64;
constexpr std::int64_t kMaxDram = (std::int64_t{1} << 39) - 1;
const std::vector<std::string_view> kDirectives = {"program", "chip",    "dram",    "tensor", "data",
                                                   "op",      "preload", "segment", "engine", "source"};
const std::vector<std::string_view> kRoles = {"input", "output", "constant", "scratch"};

class Parser {
 public:
  Parser(const std::string& file, const arch::ChipSpec* chip) : file_(file), chip_(chip) {}

  void line(std::string_view text, int number) {
    Cursor cursor(text, file_, number);
    if (cursor.at_end()) return;
    Cursor start = cursor;
    if (directive(cursor)) return cursor.expect_end();
    if (engine_ < 0)
      start.fail("a directive (program, chip, dram, tensor, data, op, preload, segment, engine)", kDirectives);
    const int column = start.column();
    const Instruction instruction = read_instruction(cursor, program_.image.tensors);
    append(start, column, instruction);
  }

  Program finish() {
    ProgramImage& image = program_.image;
    if (chip_ != nullptr) {
      image.chip = chip_->name;
      image.chip_hash = chip_->hash();
    }
    for (std::size_t i = 0; i < data_.size(); ++i)
      if (data_[i]) image.tensors[i].data = data_[i];
    for (const TensorEntry& t : image.tensors) {
      if (t.data && static_cast<std::int64_t>(t.data.size()) != t.bytes)
        throw Error(
            ErrorKind::usage, file_,
            fmt::format("constant '{}' has {} bytes of data; its shape needs {}", t.name, t.data.size(), t.bytes));
      if (t.role == TensorEntry::Role::constant && !t.data)
        throw Error(ErrorKind::usage, file_, fmt::format("constant '{}' has no data line", t.name));
    }
    if (image.dram_bytes < dram_end_) image.dram_bytes = dram_end_;
    const std::vector<std::string> mistakes = preload_mistakes(image, chip_);
    if (!mistakes.empty())
      throw Error(ErrorKind::illegal_instruction, file_, mistakes.front(), {mistakes.begin() + 1, mistakes.end()});
    return std::move(program_);
  }

 private:
  bool directive(Cursor& cursor) {
    ProgramImage& image = program_.image;
    if (cursor.accept_word("program")) return image.name = cursor.name("a name"), true;
    if (cursor.accept_word("chip")) return read_chip(cursor), true;
    if (cursor.accept_word("dram")) return image.dram_bytes = cursor.integer("a number of bytes", 0, kMaxDram), true;
    if (cursor.accept_word("tensor")) return read_tensor(cursor), true;
    if (cursor.accept_word("data")) return read_data(cursor), true;
    if (cursor.accept_word("op")) return read_op(cursor), true;
    if (cursor.accept_word("preload")) return read_preload(cursor), true;
    if (cursor.accept_word("segment")) return new_segment(), true;
    if (cursor.accept_word("engine")) return read_engine(cursor), true;
    if (cursor.accept_word("source")) return read_source(cursor), true;
    return false;
  }

  void read_chip(Cursor& cursor) {
    Cursor at = cursor;
    ProgramImage& image = program_.image;
    image.chip = cursor.name("a chip's name");
    if (!cursor.at_end()) image.chip_hash = cursor.name("the chip's hash");
    if (chip_ != nullptr && image.chip != chip_->name)
      at.fail_at(
          at.column(),
          fmt::format(
              "the program is for chip '{}', it is assembled for '{}'; name that chip or pass the other chip file",
              image.chip, chip_->name));
  }

  void read_tensor(Cursor& cursor) {
    Cursor at = cursor;
    TensorEntry t;
    t.name = cursor.name("a tensor's name");
    for (const TensorEntry& other : program_.image.tensors)
      if (other.name == t.name) at.fail_at(at.column(), fmt::format("tensor '{}' is declared twice", t.name));
    Cursor at_role = cursor;
    const std::string_view role = cursor.word("input, output, constant or scratch");
    const auto found = std::find(kRoles.begin(), kRoles.end(), role);
    if (found == kRoles.end()) at_role.fail("input, output, constant or scratch", kRoles);
    t.role = static_cast<TensorEntry::Role>(found - kRoles.begin());
    t.dtype = read_dtype(cursor);
    cursor.expect("[");
    t.bytes = size_of(t.dtype);
    while (!cursor.accept("]")) {
      if (!t.shape.empty()) cursor.expect(",");
      t.shape.push_back(cursor.integer("a dimension", 0, kMaxDram));
      if (t.shape.back() > 0 && t.bytes > kMaxDram / t.shape.back())
        at.fail_at(at.column(), "the tensor exceeds device memory");
      t.bytes *= t.shape.back();
    }
    t.offset = (dram_end_ + kTensorAlign - 1) / kTensorAlign * kTensorAlign;
    if (cursor.accept("@")) t.offset = cursor.integer("a byte offset", 0, kMaxDram);
    if (cursor.accept_word("bytes")) {
      cursor.expect("=");
      t.bytes = cursor.integer("a number of bytes", 0, kMaxDram);
    }
    dram_end_ = std::max(dram_end_, t.offset + t.bytes);
    program_.image.tensors.push_back(std::move(t));
    data_.emplace_back();
  }

  void read_data(Cursor& cursor) {
    Cursor at = cursor;
    const std::string name = cursor.name("a tensor's name");
    std::vector<std::string_view> known;
    std::size_t index = 0;
    for (; index < data_.size() && program_.image.tensors[index].name != name; ++index)
      known.push_back(program_.image.tensors[index].name);
    if (index == data_.size()) at.fail("a declared tensor", known);
    if (!data_[index]) data_[index] = std::make_shared<std::vector<std::byte>>();
    if (cursor.accept_word("hex")) {
      cursor.at_end();
      unsigned value = 0;
      while (cursor.hex_byte(value)) data_[index]->push_back(static_cast<std::byte>(value));
    } else if (cursor.accept_word("values")) {
      while (!cursor.at_end()) append_value(cursor, program_.image.tensors[index].dtype, *data_[index]);
    } else {
      cursor.fail("'hex' or 'values'");
    }
  }

  static void append_value(Cursor& cursor, DType type, std::vector<std::byte>& out) {
    std::uint32_t bits = 0;
    if (is_integer(type)) {
      const int width = 8 * size_of(type);
      const bool is_signed = type == DType::int8 || type == DType::int16 || type == DType::int32;
      const std::int64_t low = is_signed ? -(std::int64_t{1} << (width - 1)) : 0;
      bits = static_cast<std::uint32_t>(cursor.integer("a whole number", low, low + (std::int64_t{1} << width) - 1));
    } else {
      bits = numerics::store_f32_bits(type, std::bit_cast<std::uint32_t>(cursor.real("a number")));
    }
    for (int i = 0; i < size_of(type); ++i) out.push_back(static_cast<std::byte>(bits >> (8 * i)));
  }

  void read_op(Cursor& cursor) {
    SourceOp op;
    op.name = cursor.name("an operator's name");
    if (cursor.accept_word("kind")) cursor.expect("="), op.kind = cursor.name("an operator kind");
    if (cursor.accept_word("macs")) cursor.expect("="), op.macs = cursor.integer<std::int64_t>("a number of MACs");
    if (cursor.accept_word("nodes")) {
      cursor.expect("=");
      cursor.expect("[");
      while (!cursor.accept("]")) {
        if (!op.nodes.empty()) cursor.expect(",");
        op.nodes.push_back(cursor.name("a node's name"));
      }
    }
    program_.image.ops.push_back(std::move(op));
  }

  void read_preload(Cursor& cursor) {
    Cursor at = cursor;
    cursor.at_end();
    const int column = cursor.column();
    const Instruction instruction = read_instruction(cursor, program_.image.tensors);
    const auto* copy = std::get_if<DmaCopy>(&instruction.op);
    const bool plain = !instruction.waits[0].used && !instruction.waits[1].used && !instruction.signal.used;
    if (copy == nullptr || !plain)
      at.fail_at(column,
                 "what is loaded with the model is a dma_copy without waits and signal; write "
                 "'preload dma_copy dst=... src=...'");
    program_.image.preload.push_back(*copy);
  }

  void new_segment() {
    program_.segments.emplace_back();
    engine_ = -1;
  }

  void read_engine(Cursor& cursor) {
    Cursor at = cursor;
    const std::string_view word = cursor.word("an engine");
    std::vector<std::string_view> known;
    int found = -1;
    for (int e = 0; e < arch::kEngines; ++e) {
      known.push_back(arch::name(static_cast<arch::Engine>(e)));
      if (known.back() == word) found = e;
    }
    if (found < 0) at.fail("tensor, vector, scalar, gpsimd or sync", known);
    cursor.expect(":");
    if (program_.segments.empty()) program_.segments.emplace_back();
    engine_ = found;
  }

  void read_source(Cursor& cursor) {
    if (engine_ < 0) cursor.fail_at(1, "'source' outside an engine section");
    const std::int64_t last = static_cast<std::int64_t>(program_.image.ops.size()) - 1;
    const auto op = static_cast<std::int32_t>(cursor.integer("an operator's index", -1, last));
    Segment& segment = program_.segments.back();
    if (source().empty() && !segment.code[static_cast<std::size_t>(engine_)].empty())
      cursor.fail_at(1, "'source' must stand before the first instruction of its engine");
    source().push_back({0, op});
  }

  std::vector<SourceRun>& source() { return program_.segments.back().source[static_cast<std::size_t>(engine_)]; }

  void append(Cursor& start, int column, const Instruction& instruction) {
    try {
      if (chip_ != nullptr) validate(instruction, static_cast<arch::Engine>(engine_), *chip_);
      encode(instruction, program_.segments.back().code[static_cast<std::size_t>(engine_)]);
    } catch (const Error& error) {
      throw Error(error.kind(), start.where(column), error.message(), error.notes());
    }
    if (!source().empty()) ++source().back().instructions;
  }

  const std::string& file_;
  const arch::ChipSpec* chip_;
  Program program_;
  std::vector<std::shared_ptr<std::vector<std::byte>>> data_;
  std::int64_t dram_end_ = 0;
  int engine_ = -1;
};

}  // namespace

Program parse_program(std::string_view text, const std::string& file_name, const arch::ChipSpec* chip) {
  Parser parser(file_name, chip);
  int number = 1;
  for (std::size_t at = 0; at <= text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    parser.line(text.substr(at, end - at), number);
    at = end + 1;
  }
  Program program = parser.finish();
  for (const Segment& segment : program.segments)
    for (int e = 0; e < arch::kEngines; ++e) {
      try {
        validate_control(decode_all(segment.code[static_cast<std::size_t>(e)]));
      } catch (const Error& error) {
        throw Error(error.kind(), file_name,
                    fmt::format("engine {}: {}", arch::name(static_cast<arch::Engine>(e)), error.message()));
      }
    }
  return program;
}

}  // namespace inf::isa
