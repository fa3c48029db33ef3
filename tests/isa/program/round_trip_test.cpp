#include <doctest/doctest.h>

#include <algorithm>
#include <bit>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/random.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"

using namespace inf;
using namespace inf::isa;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}
const arch::ChipSpec& inf1() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  return spec;
}

constexpr int kCasesPerOpcode = 300;

}  // namespace

TEST_CASE("random instructions of every opcode are valid, and pass through bits and text unchanged") {
  Random random(1);
  for (const InstructionInfo& row : kInstructions) {
    CAPTURE(std::string(row.name));
    for (int i = 0; i < kCasesPerOpcode; ++i) {
      const RandomInstruction r = random_instruction(row.opcode, random, chip());
      REQUIRE(opcode(r.instruction.op) == row.opcode);
      const std::string text = print(r.instruction);
      CAPTURE(text);
      REQUIRE_NOTHROW(validate(r.instruction, r.engine, chip()));

      std::vector<std::byte> code;
      encode(r.instruction, code);
      REQUIRE(static_cast<int>(code.size()) == encoded_size(row.opcode));
      const std::byte* p = code.data();
      const Instruction decoded = decode(p, code.data() + code.size());
      REQUIRE(p == code.data() + code.size());
      REQUIRE(decoded == r.instruction);

      const Instruction parsed = parse_instruction(text);
      REQUIRE(print(parsed) == text);
      // A first wait that is unused moves nowhere: "-" keeps its place.
      REQUIRE(parsed == r.instruction);
    }
  }
}

TEST_CASE("a chip with fewer engines, types and PSUM partitions: its random instructions are valid for it") {
  Random random(4);
  int without = 0;
  for (const InstructionInfo& row : kInstructions) {
    CAPTURE(std::string(row.name));
    if (!has_instruction(inf1(), row.opcode)) {
      ++without;
      CHECK_THROWS_AS(random_instruction(row.opcode, random, inf1()), Error);
      continue;
    }
    for (int i = 0; i < kCasesPerOpcode; ++i) {
      const RandomInstruction r = random_instruction(row.opcode, random, inf1());
      CAPTURE(print(r.instruction));
      REQUIRE_NOTHROW(validate(r.instruction, r.engine, inf1()));
    }
  }
  // gpsimd's seven, and what needs registers or loops
  CHECK(without == 7 + 6);
}

TEST_CASE("random bytes decode to an instruction that prints and parses back, or to an error") {
  Random random(2);
  int decoded = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(random.between(0, 200)));
    for (std::byte& b : bytes) b = random.coin() ? std::byte{0} : static_cast<std::byte>(random.next());
    // Half of them with a valid header, else hardly any would get past it.
    if (random.coin()) std::fill_n(bytes.begin(), std::min<std::size_t>(bytes.size(), 16), std::byte{0});
    if (!bytes.empty())
      bytes[0] = static_cast<std::byte>(kInstructions[random.between(0, kInstructionCount - 1)].opcode);
    const std::byte* p = bytes.data();
    try {
      const Instruction instruction = decode(p, bytes.data() + bytes.size());
      ++decoded;
      const std::string text = print(instruction);
      CAPTURE(text);
      REQUIRE(parse_instruction(text) == instruction);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::illegal_instruction);
    }
  }
  CHECK(decoded > 100);
}

TEST_CASE(
    "one flipped bit of a valid instruction decodes to another instruction that prints and parses back, or to an "
    "error") {
  Random random(3);
  int decoded = 0;
  for (const InstructionInfo& row : kInstructions) {
    for (int i = 0; i < 100; ++i) {
      std::vector<std::byte> code;
      const Instruction original = random_instruction(row.opcode, random, chip()).instruction;
      encode(original, code);
      const auto bit = static_cast<std::size_t>(random.between(8, static_cast<std::int64_t>(code.size()) * 8 - 1));
      code[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
      const std::byte* p = code.data();
      try {
        const Instruction changed = decode(p, code.data() + code.size());
        ++decoded;
        REQUIRE(!(changed == original));
        REQUIRE(parse_instruction(print(changed)) == changed);
      } catch (const Error& error) {
        REQUIRE(error.kind() == ErrorKind::illegal_instruction);
        REQUIRE(p == code.data());
      }
    }
  }
  CHECK(decoded > 1000);
}

TEST_CASE("decode names what it refuses") {
  std::vector<std::byte> nop;
  encode(Instruction{.op = Nop{}}, nop);
  std::vector<std::byte> copy;
  encode(Instruction{.op = TensorCopy{}}, copy);
  const auto with_bit = [](std::vector<std::byte> code, int bit) {
    code[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::byte>(1 << (bit % 8));
    return code;
  };
  const auto cut = [](std::vector<std::byte> code, std::size_t size) { return code.resize(size), code; };
  struct Row {
    std::string name;
    std::vector<std::byte> code;
    const char* message;
  };
  const Row rows[] = {
      {"no bytes", {}, "no instruction: the stream has ended"},
      {"unknown opcode", std::vector<std::byte>(16, std::byte{0xff}), "no instruction has opcode 0xff"},
      {"truncated", cut(copy, 20), "tensor_copy: truncated: 20 of 64 bytes"},
      {"value of an unused wait", with_bit(nop, 30),
       "nop: bit 30 (wait.value) is 1; it must be 0 where that part is unused"},
      {"unused signal", with_bit(nop, 95),
       "nop: bit 95 (signal.semaphore) is 1; it must be 0 where that part is unused"},
      {"reserved in the header", with_bit(nop, 127), "nop: reserved bit 127 is 1; reserved bits must be 0"},
      {"reserved in an operand", with_bit(copy, 128 + 191),
       "tensor_copy: reserved bit 319 is 1; reserved bits must be 0"},
      {"memory that does not exist", with_bit(with_bit(copy, 128 + 182), 128 + 183),
       "tensor_copy: dst.memory = 3 is outside 0..2 (bits 310..311)"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const std::byte* p = row.code.data();
    try {
      decode(p, row.code.data() + row.code.size());
      FAIL("decoded");
    } catch (const Error& error) {
      CHECK(error.message() == row.message);
    }
  }
}

TEST_CASE("partitions beyond 128 use the bits above, and only those") {
  const auto code_of = [](int start, int partitions, bool scalar) {
    Access a{.start_partition = static_cast<std::uint8_t>(start), .partitions = static_cast<std::uint16_t>(partitions)};
    a.free = Pattern::row(1);
    std::vector<std::byte> code;
    if (scalar)
      encode(Instruction{.op = TensorScalar{.s0 = ScalarOperand::vector(a)}}, code);
    else
      encode(Instruction{.op = TensorCopy{.dst = a}}, code);
    const std::byte* p = code.data();
    const Operation back = decode(p, code.data() + code.size()).op;
    CHECK((scalar ? std::get<TensorScalar>(back).s0.access : std::get<TensorCopy>(back).dst) == a);
    return code;
  };
  for (const bool scalar : {false, true}) {
    for (const auto& [start, partitions] : {std::pair{128, 128}, {0, 256}, {224, 32}, {96, 129}})
      CHECK(code_of(start, partitions, scalar).size() > 0);
    const std::vector<std::byte> low = code_of(64, 64, scalar), high = code_of(192, 64, scalar);
    int differing = 0;
    for (std::size_t i = 0; i < low.size(); ++i)
      differing += std::popcount(std::to_integer<unsigned>(low[i] ^ high[i]));
    CHECK(differing == 1);
  }
  std::vector<std::byte> code;
  CHECK_THROWS_WITH_AS(encode(Instruction{.op = TensorCopy{.dst = {.partitions = 512}}}, code),
                       "tensor_copy: dst.partitions = 512 is outside 0..511", Error);
  const isa::DmaCopy wide{.dst = {.start_partition = 200, .partitions = 40}};
  encode(Instruction{.op = wide}, code);
  const std::byte* p = code.data();
  CHECK(std::get<DmaCopy>(decode(p, code.data() + code.size()).op).dst == wide.dst);
}

TEST_CASE("encode refuses what does not fit") {
  Access wide{.partition_step = 8};
  Access steep{.free = Pattern::row(2, 40000)};
  ScalarOperand many = ScalarOperand::vector(Access{.free = Pattern::row(2)});
  struct Row {
    std::string name;
    Operation op;
    const char* message;
  };
  const Row rows[] = {
      {"partition step on chip", TensorCopy{wide, {}},
       "tensor_copy: dst.partition_step = 8 where only device memory has one"},
      {"step", TensorCopy{steep, {}}, "tensor_copy: dst.step = 40000 is outside -32768..32767"},
      {"scalar operand", TensorScalar{.s1 = many},
       "tensor_scalar: s1 holds 2 elements per partition; a scalar operand is Pattern::row(1)"},
      {"queue", DmaCopy{.queue = 16}, "dma_copy: queue.value = 16 is outside 0..15"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    std::vector<std::byte> out;
    try {
      encode(Instruction{.op = row.op}, out);
      FAIL("encoded");
    } catch (const Error& error) {
      CHECK(error.message() == row.message);
      CHECK(out.empty());
    }
  }
}
