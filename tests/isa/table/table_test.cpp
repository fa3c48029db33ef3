#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

#include "isa/arch/parameters.h"
#include "isa/program/codec.h"
#include "isa/table/instructions.h"

using namespace inf;
using namespace inf::isa;

TEST_CASE("every row has its own opcode, engines, a sentence, a source and one cost") {
  std::set<Opcode> opcodes;
  std::set<std::string> names;
  for (int i = 0; i < kInstructionCount; ++i) {
    const InstructionInfo& row = kInstructions[i];
    CAPTURE(std::string(row.name));
    CHECK(opcodes.insert(row.opcode).second);
    CHECK(names.insert(row.name).second);
    CHECK(static_cast<int>(row.opcode) != 0);  // zeroed memory is no program
    CHECK(row.engines != 0);
    CHECK(row.engines < (1u << arch::kEngines));
    CHECK(!std::string(row.sentence).empty());
    CHECK(std::string(row.source).starts_with("fact sheet "));
    CHECK(opcode(make_operation(i)) == row.opcode);
    CHECK(index_of(static_cast<std::uint8_t>(row.opcode)) == i);
    int costs = 0;
    for (const CostInfo& cost : kCosts) costs += cost.opcode == row.opcode ? 1 : 0;
    CHECK(costs == 1);
  }
  CHECK(index_of(0) == -1);
  CHECK(index_of(0xff) == -1);
}

TEST_CASE("operands have names of their own, meanings, and memories") {
  for (int i = 0; i < kInstructionCount; ++i) {
    CAPTURE(kInstructions[i].name);
    std::set<std::string> names;
    for_each_field(make_operation(i), [&](const FieldInfo& field, const auto&) {
      CAPTURE(field.name);
      CHECK(names.insert(field.name).second);
      CHECK(!std::string(field.meaning).empty());
      CHECK((field.memories != 0) == (field.role != Role::plain));
      if (field.role == Role::write) CHECK((field.memories & ~(kOnChip | kDram)) == 0);
    });
  }
}

TEST_CASE("every bit of every instruction is owned once or reserved") {
  for (const InstructionInfo& row : kInstructions) {
    CAPTURE(std::string(row.name));
    int next = 0;
    for (const BitField& f : bit_fields(row.opcode)) {
      CHECK(f.first == next);
      CHECK(f.width > 0);
      next = f.first + f.width;
    }
    CHECK(next == encoded_size(row.opcode) * 8);
    CHECK(next % 128 == 0);
  }
}

TEST_CASE("dotted names in cost formulas are chip parameters") {
  arch::ChipSpec chip;
  std::set<std::string> known;
  for (const arch::Parameter& p : arch::parameters(chip)) known.insert(p.path);
  int checked = 0;
  for (const CostInfo& cost : kCosts) {
    const std::string text = cost.formula;
    for (std::size_t dot = text.find('.'); dot != std::string::npos; dot = text.find('.', dot + 1)) {
      const auto part = [&](std::size_t at) {
        return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_');
      };
      std::size_t first = dot, last = dot;
      while (first > 0 && part(first - 1)) --first;
      while (part(last + 1)) ++last;
      if (first == dot || last == dot) continue;
      const std::string key = text.substr(first, last - first + 1);
      CAPTURE(key);
      CHECK(known.contains(key));
      ++checked;
    }
  }
  CHECK(checked > kInstructionCount);
}

TEST_CASE("footprints follow the rows") {
  Access a{.offset = 1}, b{.offset = 2}, c{.offset = 3};
  struct Row {
    const char* name;
    Operation op;
    std::string reads, writes;
  };
  const Row rows[] = {
      {"matmul that overwrites", Matmul{a, b, false}, "moving ", "dst "},
      {"matmul that accumulates reads what it adds to", Matmul{a, b, true}, "moving dst ", "dst "},
      {"immediates are no reads", TensorScalar{.dst = a, .src = b}, "src ", "dst "},
      {"vectors are", TensorScalar{.dst = a, .src = b, .s1 = ScalarOperand::vector(c)}, "src s1 ", "dst "},
      {"two results", TensorScalarReduce{.dst = a, .result = b, .src = c}, "src ", "dst result "},
      {"register instructions touch no memory", RegisterAlu{}, "", ""},
      {"gather", DmaGather{.dst = a, .table = b, .index = c}, "table index ", "dst "},
      {"scatter keeps the rows it does not name", DmaScatter{.table = a, .src = b, .index = c}, "src index table ",
       "table "},
      {"dma that adds", DmaCopy{.dst = a, .src = b, .accumulate = true}, "src dst ", "dst "},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    std::string reads, writes;
    for_each_read(row.op, [&](const Access&, const char* field) { reads += std::string(field) + " "; });
    for_each_write(row.op, [&](const Access&, const char* field) { writes += std::string(field) + " "; });
    CHECK(reads == row.reads);
    CHECK(writes == row.writes);
  }
}

TEST_CASE("DMA instructions are those with a queue") {
  int found = 0;
  for (int i = 0; i < kInstructionCount; ++i)
    if (dma_queue(make_operation(i))) {
      CHECK(std::string_view(kInstructions[i].name).starts_with("dma_"));
      ++found;
    }
  CHECK(found == 3);
  CHECK(dma_queue(DmaScatter{.queue = 7}) == 7);
}

TEST_CASE("instructions compare field by field, floats as bits") {
  const float nan = std::bit_cast<float>(0x7fc00001u);
  CHECK(Operation(Memset{{}, nan}) == Operation(Memset{{}, nan}));
  CHECK_FALSE(Operation(Memset{{}, 0.0f}) == Operation(Memset{{}, -0.0f}));
  CHECK_FALSE(Operation(Matmul{.accumulate = true}) == Operation(Matmul{}));
  CHECK_FALSE(Operation(Nop{}) == Operation(EndLoop{}));
}
