#include <doctest/doctest.h>

#include <functional>
#include <span>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"

using namespace inf;
using namespace inf::isa;
using arch::Engine;

namespace {

arch::ChipSpec inf2() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

/// What validate says, "ok" for nothing.
std::string verdict(const std::string& text, Engine engine, const arch::ChipSpec& chip) {
  try {
    validate(parse_instruction(text), engine, chip);
  } catch (const Error& error) {
    REQUIRE(error.kind() == ErrorKind::illegal_instruction);
    return error.message();
  }
  return "ok";
}

struct Row {
  std::string name;
  Engine engine;
  std::string good, bad;  ///< two texts beside the limit
  const char* says;       ///< begins the message for the bad one
};

const std::string kCopy = "tensor_copy dst=sbuf[0:64]@0:bf16(1x8) src=";

void check(std::span<const Row> rows, const arch::ChipSpec& chip) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    if (!row.good.empty()) CHECK(verdict(row.good, row.engine, chip) == "ok");
    const std::string found = verdict(row.bad, row.engine, chip);
    CAPTURE(found);
    CHECK(found.starts_with(row.says));
  }
}

}  // namespace

TEST_CASE("operands: accepted at the limit, refused beside it") {
  const Row rows[] = {
      {"engine", Engine::vector, kCopy + "sbuf[0:64]@0:bf16(1x8)", "activation_read dst=sbuf[0:64]@0:fp32(1x1)",
       "activation_read: activation_read does not run on the vector engine"},
      {"partitions", Engine::vector, "memset dst=sbuf[0:128]@0:bf16(1x8) value=0",
       "memset dst=sbuf[0:129]@0:bf16(1x8) value=0", "memset: dst.partitions = 129 is outside 1..128"},
      {"no partition", Engine::vector, "", "memset dst=sbuf[0:0]@0:bf16(1x8) value=0",
       "memset: dst.partitions = 0 is outside 1..128"},
      {"beyond the last", Engine::vector, "memset dst=sbuf[96:128]@0:bf16(1x8) value=0",
       "memset dst=sbuf[96:129]@0:bf16(1x8) value=0", "memset: dst.partitions = 96..128 leaves 0..127"},
      {"start of 65", Engine::vector, "memset dst=sbuf[0:65]@0:bf16(1x8) value=0",
       "memset dst=sbuf[32:97]@0:bf16(1x8) value=0",
       "memset: dst.start_partition = 32 with 65 partitions; 0 is allowed"},
      {"start of 64", Engine::vector, "memset dst=sbuf[64:128]@0:bf16(1x8) value=0",
       "memset dst=sbuf[32:96]@0:bf16(1x8) value=0",
       "memset: dst.start_partition = 32 with 64 partitions; 0 or 64 is allowed"},
      {"start of 32", Engine::vector, "memset dst=sbuf[32:64]@0:bf16(1x8) value=0",
       "memset dst=sbuf[16:32]@0:bf16(1x8) value=0",
       "memset: dst.start_partition = 16 with 16 partitions; 0, 32, 64 or 96 is allowed"},
      {"DMA starts anywhere", Engine::sync,
       "dma_copy dst=sbuf[17:42]@0:bf16(1x8) src=dram[0:25:16]@0:bf16(1x8) queue=15 accumulate=0",
       "dma_copy dst=sbuf[17:42]@0:bf16(1x8) src=dram[0:25:16]@0:bf16(1x9) queue=0 accumulate=0",
       "dma_copy: elements of dst = 200 is not elements of src = 225"},
      {"count", Engine::vector, kCopy + "sbuf[0:64]@0:bf16(1x8)", "memset dst=sbuf[0:1]@0:bf16(1x0) value=0",
       "memset: dst.count[3] = 0 is outside 1..65535"},
      {"step", Engine::vector, "memset dst=sbuf[0:1]@0:bf16(32767x2) value=0",
       "memset dst=sbuf[0:1]@0:uint8(32768x2) value=0", "memset: dst.step[3] = 32768 is outside -32768..32767"},
      {"free size in sbuf", Engine::vector, "memset dst=sbuf[0:1]@0:uint8(256x256,1x256) value=0",
       "memset dst=sbuf[0:1]@0:uint8(256x257,1x256) value=0", "memset: dst.elements = 65792 is outside 1..65536"},
      {"free size in psum", Engine::vector, "memset dst=psum[0:1]@0:uint8(1x4096) value=0",
       "memset dst=psum[0:1]@0:uint8(1x4097) value=0", "memset: dst.elements = 4097 is outside 1..4096"},
      {"last usable byte of sbuf", Engine::vector, "memset dst=sbuf[0:1]@180222:bf16(1x1) value=0",
       "memset dst=sbuf[0:1]@180223:bf16(1x1) value=0",
       "memset: dst covers bytes 180223..180224 of sbuf; it has 0..180223"},
      {"below the first byte", Engine::vector, "memset dst=sbuf[0:1]@14:bf16(-1x8) value=0",
       "memset dst=sbuf[0:1]@13:bf16(-1x8) value=0", "memset: dst covers bytes -1..14 of sbuf"},
      {"last byte of psum", Engine::vector, "memset dst=psum[0:1]@16380:fp32(1x1) value=0",
       "memset dst=psum[0:1]@16384:fp32(1x1) value=0",
       "memset: dst covers bytes 16384..16387 of psum; it has 0..16383"},
      {"end of device memory", Engine::sync,
       "dma_copy dst=dram[0:2:4]@34359738360:fp32(1x1) src=sbuf[0:2]@0:fp32(1x1) queue=0 accumulate=0",
       "dma_copy dst=dram[0:2:4]@34359738364:fp32(1x1) src=sbuf[0:2]@0:fp32(1x1) queue=0 accumulate=0",
       "dma_copy: dst covers bytes 34359738364..34359738371 of dram; it has 0..34359738367"},
      {"partition step", Engine::sync, "",
       "dma_copy dst=sbuf[0:1:4]@0:fp32(1x1) src=sbuf[0:1]@0:fp32(1x1) queue=0 accumulate=0",
       "dma_copy: dst.partition_step = 4 in sbuf"},
      {"memory of an operand", Engine::tensor, "load_stationary src=sbuf[0:128]@0:bf16(1x128)",
       "load_stationary src=psum[0:128]@0:bf16(1x128)", "load_stationary: src is in psum; sbuf is allowed"},
      {"psum from DMA", Engine::sync, "",
       "dma_copy dst=sbuf[0:1]@0:fp32(1x1) src=psum[0:1]@0:fp32(1x1) queue=0 accumulate=0",
       "dma_copy: src is in psum; sbuf or dram is allowed"},
      {"psum from gpsimd", Engine::gpsimd, "memset dst=sbuf[0:1]@0:fp32(1x1) value=0",
       "memset dst=psum[0:1]@0:fp32(1x1) value=0", "memset: dst is in psum"},
      {"register address", Engine::vector, "memset dst=sbuf[0:1]@999999+r63:fp32(1x1) value=0",
       "memset dst=sbuf[0:1]@999999:fp32(1x1) value=0", "memset: dst covers bytes 999999..1000002"},
      {"queue", Engine::sync, "", "tensor_copy dst=sbuf[0:1]@0:fp32(1x1) src=sbuf[0:1]@0:fp32(1x1)",
       "tensor_copy: tensor_copy does not run on the sync engine"},
  };
  check(rows, inf2());
}

TEST_CASE("tensor engine") {
  const std::string moving = " moving=sbuf[0:128]@0:bf16(1x512) accumulate=0";
  const Row rows[] = {
      {"N", Engine::tensor, "matmul dst=psum[0:128]@0:fp32(1x512)" + moving,
       "matmul dst=psum[0:128]@0:fp32(1x513) moving=sbuf[0:128]@0:bf16(1x513) accumulate=0",
       "matmul: moving.elements = 513 is outside 1..512"},
      {"N of dst", Engine::tensor, "", "matmul dst=psum[0:128]@0:fp32(1x511)" + moving,
       "matmul: dst has 511 elements per partition instead of 512"},
      {"dst dtype", Engine::tensor, "", "matmul dst=psum[0:128]@0:bf16(1x512)" + moving,
       "matmul: dst is bf16; fp32 is allowed"},
      {"bank", Engine::tensor, "matmul dst=psum[0:128]@2048:fp32(1x512)" + moving,
       "matmul dst=psum[0:128]@2052:fp32(1x512)" + moving, "matmul: dst covers bytes 2052..4099 of psum, banks 1 to 2"},
      {"bank, strided", Engine::tensor, "matmul dst=psum[0:1]@0:fp32(511x2) moving=sbuf[0:1]@0:bf16(1x2) accumulate=1",
       "matmul dst=psum[0:1]@0:fp32(512x2) moving=sbuf[0:1]@0:bf16(1x2) accumulate=1",
       "matmul: dst covers bytes 0..2051 of psum, banks 0 to 1"},
      {"psum alignment", Engine::tensor, "",
       "matmul dst=psum[0:1]@2:fp32(1x2) moving=sbuf[0:1]@0:bf16(1x2) accumulate=1",
       "matmul: dst.offset = 2 is not a multiple of 4"},
      {"int8 on inf2", Engine::tensor, "", "load_stationary src=sbuf[0:1]@0:int8(1x1)",
       "load_stationary: src is int8; fp32, tf32, bf16"},
      {"M", Engine::tensor, "load_stationary src=sbuf[0:128]@0:fp16(1x128)",
       "load_stationary src=sbuf[0:128]@0:fp16(1x129)", "load_stationary: src.elements = 129 is outside 1..128"},
      {"transpose", Engine::tensor, "transpose dst=psum[0:96]@0:fp32(1x128) src=sbuf[0:128]@0:bf16(1x96)",
       "transpose dst=psum[0:97]@0:fp32(1x128) src=sbuf[0:128]@0:bf16(1x96)",
       "transpose: dst.partitions = 97 is not src.elements = 96"},
  };
  check(rows, inf2());
  arch::ChipSpec with_int8 = inf2();
  with_int8.tensor.dtypes.push_back(DType::int8);
  const Row int8[] = {{"int8 where the chip has it", Engine::tensor,
                       "matmul dst=psum[0:8]@0:int32(1x8) moving=sbuf[0:8]@0:int8(1x8) accumulate=0",
                       "matmul dst=psum[0:8]@0:fp32(1x8) moving=sbuf[0:8]@0:int8(1x8) accumulate=0",
                       "matmul: dst is fp32; int32 is allowed"}};
  check(int8, with_int8);
}

TEST_CASE("scalar, vector and gpsimd") {
  const std::string s8 = "sbuf[0:64]@0:bf16(1x8)", p8 = "psum[0:64]@0:bf16(1x8)", i8 = "sbuf[0:64]@0:int16(1x8)";
  const auto two = [](std::string op, std::string a, std::string b, std::string d) {
    return "tensor_tensor dst=" + d + " a=" + a + " b=" + b + " op=" + op;
  };
  const auto scalar = [](std::string op0, std::string op1, std::string operand, std::string s0) {
    return "tensor_scalar dst=" + operand + " src=" + operand + " op0=" + op0 + " s0=" + s0 + " op1=" + op1 +
           " s1=0 reverse0=0 reverse1=0";
  };
  const auto act = [&](std::string fn, std::string bias) {
    return "activation dst=" + s8 + " src=" + s8 + " function=" + fn + " scale=1 bias=" + bias + " alpha=0 reduce=idle";
  };
  const std::string mask(",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,255]");
  const Row rows[] = {
      {"same shape", Engine::vector, kCopy + s8, kCopy + "sbuf[0:64]@0:bf16(1x9)",
       "tensor_copy: dst is [64 part, 8], src is [64 part, 9]"},
      {"one psum operand", Engine::vector, two("add", s8, p8, s8), two("add", p8, p8, s8),
       "tensor_tensor: a and b are both in psum"},
      {"bitvec", Engine::vector, two("bitwise_and", i8, i8, i8), two("bitwise_and", i8, i8, s8),
       "tensor_tensor: dst is bf16 under bitwise_and; an integer is needed"},
      {"bitvec types", Engine::vector, "", two("bitwise_or", i8, i8, "sbuf[0:64]@0:int32(1x8)"),
       "tensor_tensor: a is int16 and dst is int32 under bitwise_or; one type is needed"},
      {"classes", Engine::vector, scalar("bitwise_and", "shift_left", i8, "3"), scalar("bitwise_and", "add", i8, "3"),
       "tensor_scalar: op0 = bitwise_and and op1 = add are of two classes"},
      {"vector operand", Engine::vector, scalar("add", "bypass", s8, "sbuf[64:128]@0:fp32"),
       scalar("add", "bypass", s8, "sbuf[0:32]@0:fp32"),
       "tensor_scalar: s0.partitions = 32 is not dst.partitions = 64"},
      {"bias dtype", Engine::scalar, act("relu", "sbuf[0:64]@0:bf16"), act("relu", "sbuf[0:64]@0:tf32"),
       "activation: bias is tf32; any other dtype is allowed"},
      {"reciprocal without bias", Engine::scalar, act("reciprocal", "0"), act("reciprocal", "1"),
       "activation: bias is not 0; reciprocal takes no bias"},
      {"reduce operator", Engine::vector,
       "tensor_reduce dst=sbuf[0:8]@0:fp32(1x3) src=sbuf[0:8]@0:bf16(8x3,1x8) op=max axes=1 negate=0",
       "tensor_reduce dst=sbuf[0:8]@0:fp32(1x3) src=sbuf[0:8]@0:bf16(8x3,1x8) op=power axes=1 negate=0",
       "tensor_reduce: op = power does not reduce"},
      {"reduce axes", Engine::vector,
       "tensor_reduce dst=sbuf[0:8]@0:fp32(1x1) src=sbuf[0:8]@0:bf16(8x3,1x8) op=max axes=4 negate=0",
       "tensor_reduce dst=sbuf[0:8]@0:fp32(1x1) src=sbuf[0:8]@0:bf16(8x3,1x8) op=max axes=5 negate=0",
       "tensor_reduce: axes = 5 is outside 1..4"},
      {"reduce result", Engine::vector, "",
       "tensor_reduce dst=sbuf[0:8]@0:fp32(1x8) src=sbuf[0:8]@0:bf16(8x3,1x8) op=max axes=1 negate=0",
       "tensor_reduce: dst has 8 elements per partition instead of 3"},
      {"bn_stats", Engine::vector, "bn_stats dst=sbuf[0:8]@0:fp32(1x6) src=sbuf[0:8]@0:bf16(1x512)",
       "bn_stats dst=sbuf[0:8]@0:fp32(1x6) src=sbuf[0:8]@0:bf16(1x513)",
       "bn_stats: src.elements = 513 is outside 1..512"},
      {"bn_aggr", Engine::vector, "bn_aggr dst=sbuf[0:8]@0:fp32(1x2) src=sbuf[0:8]@0:fp32(1x6)",
       "bn_aggr dst=sbuf[0:8]@0:fp32(1x2) src=sbuf[0:8]@0:fp32(1x7)",
       "bn_aggr: src.elements = 7 is not a multiple of 3"},
      {"max8 least", Engine::vector, "max8 dst=sbuf[0:8]@0:fp32(1x8) src=sbuf[0:8]@0:bf16(1x8)",
       "max8 dst=sbuf[0:8]@0:fp32(1x8) src=sbuf[0:8]@0:bf16(1x7)", "max8: src.elements = 7 is outside 8..16384"},
      {"max8 most", Engine::vector, "max8 dst=sbuf[0:8]@0:fp32(1x8) src=sbuf[0:8]@0:bf16(1x16384)",
       "max8 dst=sbuf[0:8]@0:fp32(1x8) src=sbuf[0:8]@0:bf16(1x16385)",
       "max8: src.elements = 16385 is outside 8..16384"},
      {"find_index8 dtype", Engine::vector,
       "find_index8 dst=sbuf[0:8]@0:uint32(1x8) src=sbuf[0:8]@0:bf16(1x9) values=sbuf[0:8]@64:bf16(1x8)",
       "find_index8 dst=sbuf[0:8]@0:int32(1x8) src=sbuf[0:8]@0:bf16(1x9) values=sbuf[0:8]@64:bf16(1x8)",
       "find_index8: dst is int32; uint16 or uint32 is allowed"},
      {"predicate dtype", Engine::vector,
       "tensor_copy_predicated dst=" + s8 + " src=" + s8 + " pred=sbuf[0:64]@0:uint8(1x8) reverse=0",
       "tensor_copy_predicated dst=" + s8 + " src=" + s8 + " pred=sbuf[0:64]@0:int8(1x8) reverse=0",
       "tensor_copy_predicated: pred is int8; uint8, uint16 or uint32"},
      {"shuffle mask", Engine::vector,
       "stream_shuffle dst=sbuf[0:32]@0:bf16(1x8) src=sbuf[0:32]@0:bf16(1x8) mask=[31" + mask,
       "stream_shuffle dst=sbuf[0:32]@0:bf16(1x8) src=sbuf[0:32]@0:bf16(1x8) mask=[32" + mask,
       "stream_shuffle: mask[0] = 32 is outside 0..31"},
      {"transpose32", Engine::vector, "transpose32 dst=sbuf[0:64]@0:bf16(1x32) src=sbuf[0:64]@0:bf16(1x32)",
       "transpose32 dst=sbuf[0:48]@0:bf16(1x32) src=sbuf[0:48]@0:bf16(1x32)",
       "transpose32: src.partitions = 48 is not a multiple of 32"},
      {"dropout", Engine::vector, "dropout dst=" + s8 + " src=" + s8 + " p=1",
       "dropout dst=" + s8 + " src=" + s8 + " p=1.5", "dropout: p = 1.5 is outside 0..1"},
      {"rng", Engine::vector, "rng dst=" + i8, "rng dst=" + s8, "rng: dst is bf16; an integer is allowed"},
      {"affine_select", Engine::gpsimd,
       "affine_select dst=" + s8 + " src=" + s8 + " op=ge offset=0 partition_multiplier=1 steps=[0,0,0,1] fill=0",
       "affine_select dst=" + s8 + " src=" + s8 + " op=add offset=0 partition_multiplier=1 steps=[0,0,0,1] fill=0",
       "affine_select: op = add is no comparison"},
      {"local_gather run", Engine::gpsimd,
       "local_gather dst=sbuf[0:16]@0:bf16(1x64) src=sbuf[0:16]@0:bf16(1x9) indices=sbuf[0:16]@0:uint16(1x2) run=2",
       "local_gather dst=sbuf[0:16]@0:bf16(1x64) src=sbuf[0:16]@0:bf16(1x9) indices=sbuf[0:16]@0:uint16(1x2) run=3",
       "local_gather: run = 3; 1, 2, 4, 8, 16 or 32"},
      {"partition_reduce", Engine::gpsimd, "partition_reduce dst=sbuf[0:1]@0:fp32(1x8) src=" + s8 + " op=max",
       "partition_reduce dst=sbuf[0:1]@0:fp32(1x8) src=" + s8 + " op=min",
       "partition_reduce: op = min; add, max, bitwise_and or bitwise_or is allowed"},
      {"branch", Engine::sync, "branch a=r0 op=lt b=r63 skip=1", "branch a=r0 op=lt b=r63 skip=0",
       "branch: skip = 0 is outside 1..65535"},
      {"loop", Engine::sync, "loop counter=r1 start=0 stop=4 step=1", "loop counter=r1 start=0 stop=4 step=0",
       "loop: step = 0 never ends"},
      {"register_alu", Engine::tensor, "register_alu dst=r0 a=r1 op=shift_left b=r2",
       "register_alu dst=r0 a=r1 op=power b=r2", "register_alu: op = power does not work on registers"},
      {"register_load", Engine::scalar, "register_load dst=r0 src=sbuf[32:33]@0:int32(1x1)",
       "register_load dst=r0 src=sbuf[32:33]@0:fp32(1x1)", "register_load: src is fp32; int32 is allowed"},
  };
  check(rows, inf2());
}

TEST_CASE("limits come from the chip") {
  struct ChipRow {
    std::string name;
    std::function<void(arch::ChipSpec&)> change;
    Engine engine;
    const char* text;
    const char* says;
  };
  const ChipRow rows[] = {
      {"no gpsimd", [](arch::ChipSpec& c) { c.gpsimd.lanes = 0; }, Engine::gpsimd, "nop",
       "nop: inf2 has no gpsimd engine"},
      {"no sync", [](arch::ChipSpec& c) { c.sequencer.sync_engine = false; }, Engine::sync, "nop",
       "nop: inf2 has no sync engine"},
      {"no loops", [](arch::ChipSpec& c) { c.sequencer.loops = false; }, Engine::sync, "end_loop",
       "end_loop: inf2 has no control flow; unroll the program"},
      {"no register addresses", [](arch::ChipSpec& c) { c.sequencer.loops = false; }, Engine::vector,
       "memset dst=sbuf[0:1]@0+r1:fp32(1x1) value=0", "memset: dst uses r1; inf2 has no register-driven addresses"},
      {"16 registers", [](arch::ChipSpec& c) { c.sequencer.registers = 16; }, Engine::vector,
       "register_set dst=r16 value=0", "register_set: dst = r16; inf2 has 16 registers"},
      {"32 semaphores", [](arch::ChipSpec& c) { c.semaphores.count = 32; }, Engine::vector, "wait s32>=1 | nop",
       "nop: wait.semaphore = 32 is outside 0..31"},
      {"32 semaphores to signal", [](arch::ChipSpec& c) { c.semaphores.count = 32; }, Engine::vector,
       "nop | signal s32+1", "nop: signal.semaphore = 32 is outside 0..31"},
      {"64 columns", [](arch::ChipSpec& c) { c.tensor.columns = 64; }, Engine::tensor,
       "load_stationary src=sbuf[0:128]@0:bf16(1x65)", "load_stationary: src.elements = 65 is outside 1..64"},
      {"no fp8",
       [](arch::ChipSpec& c) {
         c.dtypes = {DType::fp32, DType::bf16};
       },
       Engine::vector, "memset dst=sbuf[0:1]@0:fp8_e4m3(1x1) value=0",
       "memset: dst is fp8_e4m3; fp32, bf16 is allowed"},
      {"DMA without casts", [](arch::ChipSpec& c) { c.dma.casts = false; }, Engine::scalar,
       "dma_copy dst=sbuf[0:1]@0:bf16(1x1) src=sbuf[0:1]@0:fp32(1x1) queue=0 accumulate=0",
       "dma_copy: inf2 can only copy by DMA, neither cast nor add"},
      {"4 queues", [](arch::ChipSpec& c) { c.dma.queues = 4; }, Engine::scalar,
       "dma_copy dst=sbuf[0:1]@0:bf16(1x1) src=sbuf[0:1]@0:bf16(1x1) queue=4 accumulate=0",
       "dma_copy: queue = 4 is outside 0..3"},
  };
  for (const ChipRow& row : rows) {
    CAPTURE(row.name);
    arch::ChipSpec chip = inf2();
    CHECK(verdict(row.text, row.engine, chip) == "ok");
    row.change(chip);
    const std::string found = verdict(row.text, row.engine, chip);
    CAPTURE(found);
    CHECK(found.starts_with(row.says));
  }
}

TEST_CASE("all broken limits are told") {
  try {
    validate(parse_instruction(
                 "wait s3>=1 | matmul dst=psum[0:128]@4:bf16(1x513) moving=sbuf[0:128]@0:int8(1x513) accumulate=0"),
             Engine::vector, inf2());
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.notes().size() == 4);  // beside the engine: moving's dtype, N, dst's dtype, the bank
  }
}

TEST_CASE("a matmul and its stationary weights") {
  const auto load = [](const char* s) {
    return std::get<LoadStationary>(parse_instruction(std::string("load_stationary src=") + s).op);
  };
  const auto mm = [](const char* s) {
    return std::get<Matmul>(
        parse_instruction(std::string("matmul dst=psum[0:8]@0:fp32(1x4) moving=") + s + " accumulate=0").op);
  };
  CHECK_NOTHROW(validate_pair(load("sbuf[0:16]@0:bf16(1x8)"), mm("sbuf[0:16]@0:fp8_e4m3(1x4)")));
  CHECK_NOTHROW(validate_pair(load("sbuf[0:16]@0:fp32(1x8)"), mm("sbuf[0:16]@0:tf32(1x4)")));
  CHECK_THROWS_WITH_AS(validate_pair(load("sbuf[0:16]@0:fp32(1x8)"), mm("sbuf[0:16]@0:bf16(1x4)")),
                       "matmul: stationary is fp32 and moving is bf16 (fp32 and tf32 pair only with fp32 and tf32, "
                       "int8 only with int8; fact sheet 3.1)",
                       Error);
  CHECK_THROWS_AS(validate_pair(load("sbuf[0:15]@0:bf16(1x8)"), mm("sbuf[0:16]@0:bf16(1x4)")), Error);
  CHECK_THROWS_AS(validate_pair(load("sbuf[0:16]@0:bf16(1x9)"), mm("sbuf[0:16]@0:bf16(1x4)")), Error);
  for (int a = 0; a < kDTypes; ++a)
    for (int b = 0; b < kDTypes; ++b)
      CHECK(may_pair(static_cast<DType>(a), static_cast<DType>(b)) ==
            may_pair(static_cast<DType>(b), static_cast<DType>(a)));
}

TEST_CASE("loops and branches") {
  struct ControlRow {
    std::string name;
    std::vector<const char*> stream;
    const char* says;
  };
  const char* loop = "loop counter=r0 start=0 stop=2 step=1";
  const char* skip1 = "branch a=r0 op=lt b=r1 skip=1";
  const ControlRow rows[] = {
      {"nested", {loop, loop, "nop", "end_loop", "end_loop"}, "ok"},
      {"not closed", {"nop", loop, "nop"}, "instruction 1: loop without an end_loop; loops may not cross segments"},
      {"not opened", {"end_loop"}, "instruction 0: end_loop without a loop; loops may not cross segments"},
      {"branch to the end", {skip1, "nop"}, "ok"},
      {"branch beyond the end", {skip1}, "instruction 0: branch skips to 2; the segment ends at 1"},
      {"branch to end_loop", {loop, skip1, "nop", "end_loop"}, "ok"},
      {"branch over end_loop",
       {loop, skip1, "end_loop", "nop"},
       "instruction 1: branch skips to 3, which is in another loop"},
      {"branch into a loop",
       {skip1, loop, "nop", "end_loop"},
       "instruction 0: branch skips to 2, which is in another loop"},
  };
  for (const ControlRow& row : rows) {
    CAPTURE(row.name);
    std::vector<Instruction> stream;
    for (const char* line : row.stream) stream.push_back(parse_instruction(line));
    std::string found = "ok";
    try {
      validate_control(stream);
    } catch (const Error& error) {
      found = error.message();
    }
    CHECK(found == row.says);
  }
}
