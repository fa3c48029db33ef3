#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/random.h"
#include "isa/program/text.h"

using namespace inf;
using namespace inf::isa;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

std::string error_of(const std::string& text, const arch::ChipSpec* spec = nullptr) {
  try {
    parse_program(text, "p.asm", spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "parsed";
}

const std::string kProgram = R"(# adds two vectors
program "a + b"
chip inf2
tensor a input fp32 [1,4] @0
tensor b constant fp32 [1,4]
data b values 1 -2.5 inf 1e-3
tensor "sum.1" output bf16 [1,4]
op add1 kind=add macs=0 nodes=[n1,"n 2"]

engine sync:
  dma_copy dst=sbuf[0:1]@0:fp32(1x4) src=a[0:1]@0(1x4) queue=0 accumulate=0 | signal s1+1
  dma_copy dst=sbuf[0:1]@16:fp32(1x4) src=b[0:1]@0(1x4) queue=0 accumulate=0 | signal s1+1
  wait s2>=1 | dma_copy dst="sum.1"[0:1]@0(1x4) src=sbuf[0:1]@32:bf16(1x4) queue=1 accumulate=0
engine vector:
  source 0
  wait s1>=2 | tensor_tensor dst=sbuf[0:1]@32:bf16(1x4) a=sbuf[0:1]@0:fp32(1x4) b=sbuf[0:1]@16:fp32(1x4) op=add | signal s2+1
segment
engine vector:
  loop counter=r0 start=0 stop=4 step=1
    nop  # idle
  end_loop
)";

}  // namespace

TEST_CASE("a program as text") {
  const Program program = parse_program(kProgram, "p.asm", &chip());
  const ProgramImage& image = program.image;
  CHECK(image.name == "a + b");
  CHECK(image.chip_hash == chip().hash());
  REQUIRE(image.tensors.size() == 3);
  CHECK(image.tensors[1].offset == 64);  // the next multiple of 64 behind a
  CHECK(image.tensors[1].data.size() == 16);
  CHECK(image.tensors[2].name == "sum.1");
  CHECK(image.tensors[2].bytes == 8);
  CHECK(image.dram_bytes == 136);
  REQUIRE(image.ops.size() == 1);
  CHECK(image.ops[0].nodes == std::vector<std::string>{"n1", "n 2"});
  REQUIRE(program.segments.size() == 2);
  const std::vector<Instruction> sync = decode_all(program.segments[0].code[static_cast<int>(arch::Engine::sync)]);
  REQUIRE(sync.size() == 3);
  CHECK(std::get<DmaCopy>(sync[1].op).src.offset == 64);
  CHECK(std::get<DmaCopy>(sync[1].op).src.memory == Memory::dram);
  CHECK(std::get<DmaCopy>(sync[2].op).dst.dtype == DType::bf16);
  CHECK(program.segments[0].source[static_cast<int>(arch::Engine::vector)].at(0).instructions == 1);

  const std::string text = print(program);
  const Program again = parse_program(text, "again");
  CHECK(print(again) == text);
  CHECK(again.image.tensors[1].data.bytes() == image.tensors[1].data.bytes());
  CHECK(again.image.chip_hash == image.chip_hash);
  for (std::size_t s = 0; s < 2; ++s) CHECK(again.segments[s].code == program.segments[s].code);
  CHECK(print(program, {.constants = false}).find("# data \"b\": 16 bytes, not shown") != std::string::npos);
}

TEST_CASE("text forms of one instruction") {
  struct Row {
    std::string name;
    const char* text;
    const char* printed;  ///< null: as given
  };
  const Row rows[] = {
      {"bare", "nop", nullptr},
      {"two waits and a signal", "wait s0>=1, s255>=-2 | nop | signal s7+1", nullptr},
      {"second wait only", "wait -, s1>=4 | nop", nullptr},
      {"signal kinds", "nop | signal s1=-3", nullptr},
      {"subtract", "nop | signal s1-3", nullptr},
      {"four dimensions", "memset dst=sbuf[32:64]@128:fp16(96x4,-8x3,2x2,1x2) value=-0.5", nullptr},
      {"register address", "memset dst=sbuf[0:1]@-64+r5:fp16(1x2) value=0", nullptr},
      {"infinity", "memset dst=sbuf[0:1]@0:fp16(1x2) value=-inf", nullptr},
      {"NaN", "memset dst=sbuf[0:1]@0:fp16(1x2) value=nan", nullptr},
      {"another NaN", "memset dst=sbuf[0:1]@0:fp16(1x2) value=bits(0xffc00001)", nullptr},
      {"vector operand",
       "activation dst=psum[0:8]@0:fp32(1x4) src=psum[0:8]@0:fp32(1x4) function=relu scale=1 bias=sbuf[0:8]@4:fp32 "
       "alpha=0 reduce=reset_reduce",
       nullptr},
      {"any order of operands, any spacing", "memset  value=1   dst = sbuf [ 0 : 1 ] @ 0 : fp16 ( 1x2 )",
       "memset dst=sbuf[0:1]@0:fp16(1x2) value=1"},
      {"steps", "iota dst=sbuf[0:1]@0:int32(1x4) offset=-1 partition_multiplier=7 steps=[0,0,-5,1]", nullptr},
      {"device memory",
       "dma_copy dst=dram[0:300:-4096]@500000000000:int8(2000000000x1) src=sbuf[0:100]@0:int8(1x3) queue=15 "
       "accumulate=1",
       nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(print(parse_instruction(row.text)) == (row.printed != nullptr ? row.printed : row.text));
  }
}

TEST_CASE("mistakes are told with file, line, column, what is allowed and the nearest name") {
  struct Row {
    std::string name;
    std::string text, says;
  };
  const std::string e = "engine vector:\n";
  const Row rows[] = {
      {"unknown instruction", e + "  tensor_cpy dst=sbuf[0:1]@0:fp16(1x2)",
       "p.asm:2:3: 'tensor_cpy' where an instruction is allowed; did you mean 'tensor_copy'?"},
      {"unknown directive", "progam x",
       "p.asm:1:1: 'progam' where a directive (program, chip, dram, tensor, data, op, preload, segment, engine) is "
       "allowed; did "
       "you mean 'program'?"},
      {"unknown engine", "engine pool:", "p.asm:1:8: 'pool' where tensor, vector, scalar, gpsimd or sync is allowed"},
      {"no colon", "engine vector", "p.asm:1:14: end of line where ':' is allowed"},
      {"unknown operand", e + "nop\nmemset dest=sbuf[0:1]@0:fp16(1x2) value=0",
       "p.asm:3:8: 'dest' where an operand (dst, value) is allowed; did you mean 'dst'?"},
      {"operand of nop", e + "nop x=1", "p.asm:2:5: 'x' where no operand is allowed"},
      {"operand twice", e + "memset value=0 value=1", "p.asm:2:16: 'value' is given twice"},
      {"operand missing", e + "memset dst=sbuf[0:1]@0:fp16(1x2)", "p.asm:2:33: end of line where 'value=' is allowed"},
      {"memory", e + "memset dst=sbug[0:1]@0:fp16(1x2) value=0",
       "p.asm:2:12: 'sbug' where sbuf, psum, dram or a tensor is allowed; did you mean 'sbuf'?"},
      {"dtype", e + "memset dst=sbuf[0:1]@0:float16(1x2) value=0",
       "p.asm:2:24: 'float16' where a dtype (fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, fp8_e3m4, int8, uint8, int16, "
       "uint16, int32, uint32) is allowed"},
      {"no dtype", e + "memset dst=sbuf[0:1]@0(1x2) value=0", "p.asm:2:23: '(' where ':' and a dtype is allowed"},
      {"pattern", e + "memset dst=sbuf[0:1]@0:fp16(2) value=0", "p.asm:2:30: ')' where 'x' is allowed"},
      {"five dimensions", e + "memset dst=sbuf[0:1]@0:fp16(1x1,1x1,1x1,1x1,1x1) value=0",
       "p.asm:2:48: ')' where ')' (four dimensions at most) is allowed"},
      {"negative count", e + "memset dst=sbuf[0:1]@0:fp16(1x-1) value=0",
       "p.asm:2:31: a count = -1 is outside 0..4294967295"},
      {"operator",
       e + "tensor_tensor dst=sbuf[0:1]@0:fp16(1x2) a=sbuf[0:1]@0:fp16(1x2) b=sbuf[0:1]@0:fp16(1x2) op=mult",
       "p.asm:2:92: 'mult' where an ALU operator is allowed; did you mean 'multiply'?"},
      {"function", e + "activation function=gelo",
       "p.asm:2:21: 'gelo' where an activation function is allowed; did you mean 'gelu'?"},
      {"number", e + "memset dst=sbuf[0:1]@0:fp16(1x2) value=one", "p.asm:2:40: 'one' where a number is allowed"},
      {"flag", e + "matmul accumulate=2", "p.asm:2:19: 0 or 1 = 2 is outside 0..1"},
      {"register", e + "register_set dst=r64 value=0", "p.asm:2:19: a register's number = 64 is outside 0..63"},
      {"no register", e + "register_set dst=5 value=0", "p.asm:2:18: '5' where a register, r0..r63, is allowed"},
      {"semaphore", e + "wait s256>=1 | nop", "p.asm:2:7: a semaphore's number = 256 is outside 0..255"},
      {"wait operator", e + "wait s1>1 | nop", "p.asm:2:8: '>' where '>=' is allowed"},
      {"third wait", e + "wait s1>=1, s2>=1, s3>=1 | nop", "p.asm:2:18: ',' where '|' (two waits at most) is allowed"},
      {"signal word", e + "nop | sgnal s1+1", "p.asm:2:7: 'sgnal' where 'signal' is allowed"},
      {"signal kind", e + "nop | signal s1*2", "p.asm:2:16: '*' where '+', '-' or '=' is allowed"},
      {"rest of line", e + "nop | signal s1+1 nop", "p.asm:2:19: 'nop' where the end of the line is allowed"},
      {"tensor twice", "tensor a input fp32 [1]\ntensor a input fp32 [1]", "p.asm:2:8: tensor 'a' is declared twice"},
      {"role", "tensor a inputs fp32 [1]",
       "p.asm:1:10: 'inputs' where input, output, constant or scratch is allowed; did you mean 'input'?"},
      {"data of nothing", "tensor weights constant fp32 [1]\ndata wights hex 00",
       "p.asm:2:6: 'wights' where a declared tensor is allowed; did you mean 'weights'?"},
      {"too little data", "tensor a constant fp32 [2]\ndata a hex 00000000",
       "p.asm: constant 'a' has 4 bytes of data; its shape needs 8"},
      {"no data", "tensor a constant fp32 [2]", "p.asm: constant 'a' has no data line"},
      {"odd hex digit", "tensor a constant uint8 [1]\ndata a hex 0",
       "p.asm:2:12: '0' where the end of the line is allowed"},
      {"value range", "tensor a constant int8 [1]\ndata a values 128",
       "p.asm:2:15: a whole number = 128 is outside -128..127"},
      {"tensor too big", "tensor a input fp32 [500000000000,500000000000]",
       "p.asm:1:8: the tensor exceeds device memory"},
      {"source outside", "source 0", "p.asm:1:1: 'source' outside an engine section"},
      {"source of nothing", e + "source 0", "p.asm:2:8: an operator's index = 0 is outside -1..-1"},
      {"late source", "op a\n" + e + "nop\nsource 0",
       "p.asm:4:1: 'source' must stand before the first instruction of its engine"},
      {"loop not closed", e + "loop counter=r0 start=0 stop=1 step=1",
       "p.asm: engine vector: instruction 0: loop without an end_loop; loops may not cross segments"},
      {"string not closed", "program \"a", "p.asm:1:11: end of line where a closing '\"' is allowed"},
      {"does not fit the bits", e + "memset dst=sbuf[0:1]@0:fp16(40000x2) value=0",
       "p.asm:2:1: memset: dst.step = 40000 is outside -32768..32767"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(error_of(row.text) == row.says);
  }
}

TEST_CASE("with a chip, what it refuses is told with its place") {
  CHECK(error_of("engine vector:\n  memset dst=sbuf[0:200]@0:fp16(1x2) value=0", &chip())
            .starts_with("p.asm:2:3: memset: dst.partitions = 200 is outside 1..128"));
  CHECK(error_of("chip inf1", &chip()) ==
        "p.asm:1:6: the program is for chip 'inf1', it is assembled for 'inf2'; name that chip or pass the other chip "
        "file");
}

TEST_CASE("random text never crashes the parser") {
  Random random(7);
  const std::string alphabet = " \t\"\\()[]{}:@,|+-=>#.0123456789xrsbpfdaeinotlwm_";
  int parsed = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = kProgram;
    for (std::int64_t n = random.between(1, 3); n > 0; --n) {
      const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(text.size()) - 1));
      const char c =
          alphabet[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(alphabet.size()) - 1))];
      switch (random.between(0, 3)) {
        case 0: text[at] = c; break;
        case 1: text.erase(at, static_cast<std::size_t>(random.between(1, 20))); break;
        default:
          text[at] = text[at] >= '0' && text[at] <= '9' ? static_cast<char>('0' + random.between(0, 9)) : text[at];
          break;
      }
    }
    try {
      const Program program = parse_program(text, "p.asm");
      ++parsed;
      REQUIRE_NOTHROW(parse_program(print(program), "again"));
    } catch (const Error& error) {
      REQUIRE((error.kind() == ErrorKind::usage || error.kind() == ErrorKind::illegal_instruction));
    }
  }
  CHECK(parsed > 100);
}
