#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "isa/numerics/rows.h"
#include "isa/program/text.h"
#include "isa/program/validate.h"
#include "sim/engines/execute.h"

using namespace inf;
using namespace inf::sim;
using arch::Engine;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf2.yaml");
  return spec;
}

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Values of an operand in linear order, partition outermost. 32-bit integers are written exactly.
struct Data {
  const char* where;
  std::vector<double> values;
};
struct Row {
  std::string name;
  Engine engine;
  std::vector<Data> in;
  const char* text;
  Data want;
};

isa::Access access(const char* where) {
  return std::get<isa::Memset>(isa::parse_instruction(std::string("memset dst=") + where + " value=0").op).dst;
}
bool is_word(DType t) { return t == DType::int32 || t == DType::uint32; }

void put(Memories& m, const Data& d) {
  const isa::Access a = access(d.where);
  const std::int64_t n = a.elements_per_partition();
  REQUIRE(static_cast<std::int64_t>(d.values.size()) == a.elements());
  for (int p = 0; p < a.partitions; ++p) {
    std::byte* base = m.base(a) + p * m.pitch(a);
    const double* v = d.values.data() + p * n;
    const std::vector<float> row(v, v + n);
    std::vector<std::uint32_t> words;
    for (std::int64_t i = 0; i < n; ++i)
      words.push_back(static_cast<std::uint32_t>(static_cast<std::int64_t>(is_word(a.dtype) ? v[i] : 0)));
    if (is_word(a.dtype))
      numerics::store_words(4, words.data(), a.free, base);
    else
      numerics::narrow(a.dtype, row.data(), a.free, base);
  }
}

std::vector<double> get(Memories& m, const isa::Access& a) {
  std::vector<double> out;
  const auto n = static_cast<std::size_t>(a.elements_per_partition());
  for (int p = 0; p < a.partitions; ++p) {
    const std::byte* base = m.base(a) + p * m.pitch(a);
    std::vector<float> row(n);
    std::vector<std::uint32_t> words(n);
    numerics::widen(a.dtype, base, a.free, row.data());
    numerics::load_words(size_of(a.dtype), base, a.free, words.data());
    for (std::size_t i = 0; i < n; ++i)
      out.push_back(a.dtype == DType::int32    ? static_cast<double>(static_cast<std::int32_t>(words[i]))
                    : a.dtype == DType::uint32 ? static_cast<double>(words[i])
                                               : static_cast<double>(row[i]));
  }
  return out;
}

void run(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Memories memory(chip(), 1 << 16);
    EngineState state;
    for (const Data& d : row.in) put(memory, d);
    std::string text = row.text, line;
    for (std::size_t at = 0; at < text.size(); at += line.size() + 1) {
      line = text.substr(at, text.find('\n', at) - at);
      const isa::Instruction i = isa::parse_instruction(line);
      isa::validate(i, row.engine, chip());
      execute(i.op, row.engine, memory, state);
    }
    const std::vector<double> got = get(memory, access(row.want.where));
    REQUIRE(got.size() == row.want.values.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(got[i] == row.want.values[i]);
    }
  }
}

}  // namespace

TEST_CASE("tensor engine") {
  run({
      {"matmul overwrites: psum = transpose(w) x",
       Engine::tensor,
       {{"sbuf[0:2]@0:bf16(1x3)", {1, 2, 3, 4, 5, 6}},
        {"sbuf[0:2]@64:bf16(1x2)", {1, 10, 100, 1000}},
        {"psum[0:3]@0:fp32(1x2)", {9, 9, 9, 9, 9, 9}}},
       "load_stationary src=sbuf[0:2]@0:bf16(1x3)\nmatmul dst=psum[0:3]@0:fp32(1x2) moving=sbuf[0:2]@64:bf16(1x2) "
       "accumulate=0",
       {"psum[0:3]@0:fp32(1x2)", {401, 4010, 502, 5020, 603, 6030}}},
      {"matmul accumulates",
       Engine::tensor,
       {{"sbuf[0:1]@0:bf16(1x1)", {3}}, {"sbuf[0:1]@64:bf16(1x2)", {5, 7}}, {"psum[0:1]@0:fp32(1x2)", {100, 200}}},
       "load_stationary src=sbuf[0:1]@0:bf16(1x1)\nmatmul dst=psum[0:1]@0:fp32(1x2) moving=sbuf[0:1]@64:bf16(1x2) "
       "accumulate=1",
       {"psum[0:1]@0:fp32(1x2)", {115, 221}}},
      {"a convolution window is an access pattern",
       Engine::tensor,
       {{"sbuf[0:1]@0:bf16(1x1)", {2}}, {"sbuf[0:1]@64:bf16(1x6)", {0, 1, 2, 3, 4, 5}}},
       "load_stationary src=sbuf[0:1]@0:bf16(1x1)\nmatmul dst=psum[0:1]@0:fp32(1x4) moving=sbuf[0:1]@64:bf16(3x2,1x2) "
       "accumulate=0",
       {"psum[0:1]@0:fp32(1x4)", {0, 2, 6, 8}}},
      {"the second load replaces the weights",
       Engine::tensor,
       {{"sbuf[0:1]@0:bf16(1x2)", {2, 3}}, {"sbuf[0:1]@64:bf16(1x1)", {5}}},
       "load_stationary src=sbuf[0:1]@0:bf16(1x1)\nload_stationary src=sbuf[0:1]@2:bf16(1x1)\n"
       "matmul dst=psum[0:1]@0:fp32(1x1) moving=sbuf[0:1]@64:bf16(1x1) accumulate=0",
       {"psum[0:1]@0:fp32(1x1)", {15}}},
      {"transpose",
       Engine::tensor,
       {{"sbuf[0:2]@0:bf16(1x3)", {1, 2, 3, 4, 5, 6}}},
       "transpose dst=psum[0:3]@0:fp32(1x2) src=sbuf[0:2]@0:bf16(1x3)",
       {"psum[0:3]@0:fp32(1x2)", {1, 4, 2, 5, 3, 6}}},
      {"transpose of fp32",
       Engine::tensor,
       {{"sbuf[0:2]@0:fp32(1x1)", {0.1, -7}}},
       "transpose dst=psum[0:1]@0:fp32(1x2) src=sbuf[0:2]@0:fp32(1x1)",
       {"psum[0:1]@0:fp32(1x2)", {0.1f, -7}}},
  });
}

TEST_CASE("scalar engine") {
  run({
      {"relu with scale and bias, bf16 out of PSUM",
       Engine::scalar,
       {{"psum[0:1]@0:fp32(1x3)", {-3, 1, 4}}},
       "activation dst=sbuf[0:1]@0:bf16(1x3) src=psum[0:1]@0:fp32(1x3) function=relu scale=2 bias=1 alpha=0 "
       "reduce=idle",
       {"sbuf[0:1]@0:bf16(1x3)", {0, 3, 9}}},
      {"bias by partition",
       Engine::scalar,
       {{"sbuf[0:2]@0:fp32(1x2)", {1, 2, 3, 4}}, {"sbuf[0:2]@64:fp32(1x1)", {10, 20}}},
       "activation dst=sbuf[0:2]@128:fp32(1x2) src=sbuf[0:2]@0:fp32(1x2) function=copy scale=1 "
       "bias=sbuf[0:2]@64:fp32(1x1) alpha=0 reduce=idle",
       {"sbuf[0:2]@128:fp32(1x2)", {11, 12, 23, 24}}},
      {"prelu",
       Engine::scalar,
       {{"sbuf[0:1]@0:fp32(1x2)", {-8, 8}}},
       "activation dst=sbuf[0:1]@128:fp32(1x2) src=sbuf[0:1]@0:fp32(1x2) function=prelu scale=1 bias=0 alpha=0.25 "
       "reduce=idle",
       {"sbuf[0:1]@128:fp32(1x2)", {-2, 8}}},
      {"the reduce registers sum over instructions",
       Engine::scalar,
       {{"sbuf[0:2]@0:fp32(1x2)", {1, 2, 3, 4}}},
       "activation dst=sbuf[0:2]@128:fp32(1x2) src=sbuf[0:2]@0:fp32(1x2) function=square scale=1 bias=0 alpha=0 "
       "reduce=reset_reduce\n"
       "activation dst=sbuf[0:2]@128:fp32(1x2) src=sbuf[0:2]@0:fp32(1x2) function=copy scale=1 bias=0 alpha=0 "
       "reduce=reduce\n"
       "activation_read dst=sbuf[0:2]@64:fp32(1x1)",
       {"sbuf[0:2]@64:fp32(1x1)", {8, 32}}},
      {"reset clears without adding",
       Engine::scalar,
       {{"sbuf[0:1]@0:fp32(1x2)", {1, 2}}},
       "activation dst=sbuf[0:1]@128:fp32(1x2) src=sbuf[0:1]@0:fp32(1x2) function=copy scale=1 bias=0 alpha=0 "
       "reduce=reset_reduce\n"
       "activation dst=sbuf[0:1]@128:fp32(1x2) src=sbuf[0:1]@0:fp32(1x2) function=copy scale=1 bias=0 alpha=0 "
       "reduce=reset\n"
       "activation_read dst=sbuf[0:1]@64:fp32(1x1)",
       {"sbuf[0:1]@64:fp32(1x1)", {0}}},
  });
}

TEST_CASE("vector engine: copies and elementwise") {
  run({
      {"copy and cast, rounding to nearest even",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1.00390625, 2.5, -3.5}}},
       "tensor_copy dst=sbuf[0:1]@64:bf16(1x3) src=sbuf[0:1]@0:fp32(1x3)",
       {"sbuf[0:1]@64:bf16(1x3)", {1, 2.5, -3.5}}},
      {"copy to integer saturates",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x4)", {2.5, 3.5, 300, -1}}},
       "tensor_copy dst=sbuf[0:1]@64:uint8(1x4) src=sbuf[0:1]@0:fp32(1x4)",
       {"sbuf[0:1]@64:uint8(1x4)", {2, 4, 255, 0}}},
      {"strided copy across partitions",
       Engine::vector,
       {{"sbuf[0:2]@0:fp32(1x4)", {1, 2, 3, 4, 5, 6, 7, 8}}},
       "tensor_copy dst=sbuf[32:34]@0:fp32(1x2) src=sbuf[0:2]@4:fp32(2x2)",
       {"sbuf[32:34]@0:fp32(1x2)", {2, 4, 6, 8}}},
      {"memset",
       Engine::vector,
       {{"sbuf[0:1]@0:bf16(1x4)", {7, 7, 7, 7}}},
       "memset dst=sbuf[0:1]@0:bf16(2x2) value=1.5",
       {"sbuf[0:1]@0:bf16(1x4)", {1.5, 7, 1.5, 7}}},
      {"reciprocal",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {4, -0.5, 0}}},
       "reciprocal dst=sbuf[0:1]@64:fp32(1x3) src=sbuf[0:1]@0:fp32(1x3)",
       {"sbuf[0:1]@64:fp32(1x3)", {0.25, -2, kInf}}},
      {"tensor_tensor subtract",
       Engine::vector,
       {{"psum[0:1]@0:fp32(1x2)", {5, 6}}, {"sbuf[0:1]@0:bf16(1x2)", {1, 10}}},
       "tensor_tensor dst=sbuf[0:1]@64:fp32(1x2) a=psum[0:1]@0:fp32(1x2) b=sbuf[0:1]@0:bf16(1x2) op=subtract",
       {"sbuf[0:1]@64:fp32(1x2)", {4, -4}}},
      {"tensor_tensor bitvec",
       Engine::vector,
       {{"sbuf[0:1]@0:uint8(1x2)", {12, 255}}, {"sbuf[0:1]@16:uint8(1x2)", {10, 15}}},
       "tensor_tensor dst=sbuf[0:1]@64:uint8(1x2) a=sbuf[0:1]@0:uint8(1x2) b=sbuf[0:1]@16:uint8(1x2) op=bitwise_xor",
       {"sbuf[0:1]@64:uint8(1x2)", {6, 240}}},
      // 2^24 + 1 is no fp32: vector rounds it, gpsimd does not
      {"int32 addition on vector goes through fp32",
       Engine::vector,
       {{"sbuf[0:1]@0:int32(1x1)", {16777216}}, {"sbuf[0:1]@16:int32(1x1)", {1}}},
       "tensor_tensor dst=sbuf[0:1]@64:int32(1x1) a=sbuf[0:1]@0:int32(1x1) b=sbuf[0:1]@16:int32(1x1) op=add",
       {"sbuf[0:1]@64:int32(1x1)", {16777216}}},
      {"int32 addition on gpsimd is exact",
       Engine::gpsimd,
       {{"sbuf[0:1]@0:int32(1x1)", {16777216}}, {"sbuf[0:1]@16:int32(1x1)", {1}}},
       "tensor_tensor dst=sbuf[0:1]@64:int32(1x1) a=sbuf[0:1]@0:int32(1x1) b=sbuf[0:1]@16:int32(1x1) op=add",
       {"sbuf[0:1]@64:int32(1x1)", {16777217}}},
      {"tensor_scalar, both operators",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x2)", {1, 2}}},
       "tensor_scalar dst=sbuf[0:1]@64:fp32(1x2) src=sbuf[0:1]@0:fp32(1x2) op0=multiply s0=3 op1=add s1=1 reverse0=0 "
       "reverse1=0",
       {"sbuf[0:1]@64:fp32(1x2)", {4, 7}}},
      {"tensor_scalar, reversed",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x2)", {1, 2}}},
       "tensor_scalar dst=sbuf[0:1]@64:fp32(1x2) src=sbuf[0:1]@0:fp32(1x2) op0=subtract s0=10 op1=subtract s1=100 "
       "reverse0=1 reverse1=1",
       {"sbuf[0:1]@64:fp32(1x2)", {91, 92}}},
      {"tensor_scalar with a vector and no second operator",
       Engine::vector,
       {{"sbuf[0:2]@0:fp32(1x1)", {1, 2}}, {"sbuf[0:2]@16:fp32(1x1)", {5, 7}}},
       "tensor_scalar dst=sbuf[0:2]@64:fp32(1x1) src=sbuf[0:2]@0:fp32(1x1) op0=max s0=sbuf[0:2]@16:fp32(1x1) "
       "op1=bypass s1=0 reverse0=0 reverse1=0",
       {"sbuf[0:2]@64:fp32(1x1)", {5, 7}}},
      {"tensor_scalar shift",
       Engine::vector,
       {{"sbuf[0:1]@0:int32(1x2)", {3, 256}}},
       "tensor_scalar dst=sbuf[0:1]@64:int32(1x2) src=sbuf[0:1]@0:int32(1x2) op0=shift_left s0=4 op1=bitwise_or s1=1 "
       "reverse0=0 reverse1=0",
       {"sbuf[0:1]@64:int32(1x2)", {49, 4097}}},
      {"scalar_tensor_tensor",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x2)", {1, 2}}, {"sbuf[0:1]@16:fp32(1x2)", {10, 20}}},
       "scalar_tensor_tensor dst=sbuf[0:1]@64:fp32(1x2) a=sbuf[0:1]@0:fp32(1x2) op0=multiply s=3 op1=subtract "
       "b=sbuf[0:1]@16:fp32(1x2)",
       {"sbuf[0:1]@64:fp32(1x2)", {-7, -14}}},
  });
}

TEST_CASE("vector engine: reductions, scans, selection") {
  run({
      {"max pool: the trailing axes are the window",
       Engine::vector,
       {{"sbuf[0:1]@0:bf16(1x8)", {1, 5, 2, 0, 3, 4, 9, 7}}},
       "tensor_reduce dst=sbuf[0:1]@64:bf16(1x2) src=sbuf[0:1]@0:bf16(2x2,4x2,1x2) op=max axes=2 negate=0",
       {"sbuf[0:1]@64:bf16(1x2)", {5, 9}}},
      {"negated sum",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 4}}},
       "tensor_reduce dst=sbuf[0:1]@64:fp32(1x1) src=sbuf[0:1]@0:fp32(1x3) op=add axes=1 negate=1",
       {"sbuf[0:1]@64:fp32(1x1)", {-7}}},
      {"bitwise reduction",
       Engine::vector,
       {{"sbuf[0:1]@0:uint8(1x3)", {1, 2, 4}}},
       "tensor_reduce dst=sbuf[0:1]@64:uint8(1x1) src=sbuf[0:1]@0:uint8(1x3) op=bitwise_or axes=1 negate=0",
       {"sbuf[0:1]@64:uint8(1x1)", {7}}},
      {"tensor_scalar_reduce, the result",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}}},
       "tensor_scalar_reduce dst=sbuf[0:1]@64:fp32(1x3) result=sbuf[0:1]@128:fp32(1x1) src=sbuf[0:1]@0:fp32(1x3) "
       "op0=multiply s0=2 op1=add",
       {"sbuf[0:1]@128:fp32(1x1)", {12}}},
      {"scan",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {2, 3, 4}}, {"sbuf[0:1]@16:fp32(1x3)", {1, 1, 1}}},
       "tensor_tensor_scan dst=sbuf[0:1]@64:fp32(1x3) a=sbuf[0:1]@0:fp32(1x3) b=sbuf[0:1]@16:fp32(1x3) initial=1 "
       "op0=multiply op1=add",
       {"sbuf[0:1]@64:fp32(1x3)", {3, 10, 41}}},
      {"prefix sum of scaled values",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}}},
       "tensor_scalar_cumulative dst=sbuf[0:1]@64:fp32(1x3) src=sbuf[0:1]@0:fp32(1x3) op0=multiply s=2 op1=add "
       "initial=100",
       {"sbuf[0:1]@64:fp32(1x3)", {102, 106, 112}}},
      {"predicated copy",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}},
        {"sbuf[0:1]@16:uint8(1x3)", {1, 0, 9}},
        {"sbuf[0:1]@64:fp32(1x3)", {7, 8, 9}}},
       "tensor_copy_predicated dst=sbuf[0:1]@64:fp32(1x3) src=sbuf[0:1]@0:fp32(1x3) pred=sbuf[0:1]@16:uint8(1x3) "
       "reverse=0",
       {"sbuf[0:1]@64:fp32(1x3)", {1, 8, 3}}},
      {"predicated copy, reversed",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}},
        {"sbuf[0:1]@16:uint8(1x3)", {1, 0, 9}},
        {"sbuf[0:1]@64:fp32(1x3)", {7, 8, 9}}},
       "tensor_copy_predicated dst=sbuf[0:1]@64:fp32(1x3) src=sbuf[0:1]@0:fp32(1x3) pred=sbuf[0:1]@16:uint8(1x3) "
       "reverse=1",
       {"sbuf[0:1]@64:fp32(1x3)", {7, 2, 9}}},
      {"select_reduce, selection",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}}, {"sbuf[0:1]@16:uint8(1x3)", {1, 0, 1}}},
       "select_reduce dst=sbuf[0:1]@64:fp32(1x3) result=sbuf[0:1]@128:fp32(1x1) a=sbuf[0:1]@0:fp32(1x3) "
       "pred=sbuf[0:1]@16:uint8(1x3) b=-5",
       {"sbuf[0:1]@64:fp32(1x3)", {1, -5, 3}}},
      {"select_reduce, maximum",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x3)", {1, 2, 3}}, {"sbuf[0:1]@16:uint8(1x3)", {1, 0, 0}}},
       "select_reduce dst=sbuf[0:1]@64:fp32(1x3) result=sbuf[0:1]@128:fp32(1x1) a=sbuf[0:1]@0:fp32(1x3) "
       "pred=sbuf[0:1]@16:uint8(1x3) b=-5",
       {"sbuf[0:1]@128:fp32(1x1)", {1}}},
  });
}

TEST_CASE("vector engine: statistics and search") {
  run({
      // even elements 1, 5: mean 3, spread 8; odd elements 2, 4: mean 3, spread 2
      {"bn_stats",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x4)", {1, 2, 5, 4}}},
       "bn_stats dst=sbuf[0:1]@64:fp32(1x6) src=sbuf[0:1]@0:fp32(1x4)",
       {"sbuf[0:1]@64:fp32(1x6)", {2, 3, 8, 2, 3, 2}}},
      {"bn_aggr: equal halves",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x6)", {2, 3, 8, 2, 3, 2}}},
       "bn_aggr dst=sbuf[0:1]@64:fp32(1x2) src=sbuf[0:1]@0:fp32(1x6)",
       {"sbuf[0:1]@64:fp32(1x2)", {3, 2.5}}},
      {"bn_aggr: different means",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x6)", {2, 1, 0, 2, 5, 0}}},
       "bn_aggr dst=sbuf[0:1]@64:fp32(1x2) src=sbuf[0:1]@0:fp32(1x6)",
       {"sbuf[0:1]@64:fp32(1x2)", {3, 4}}},
      {"max8 keeps duplicates",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x10)", {1, 9, 3, 9, 5, 6, 7, 8, -1, 0}}},
       "max8 dst=sbuf[0:1]@64:fp32(1x8) src=sbuf[0:1]@0:fp32(1x10)",
       {"sbuf[0:1]@64:fp32(1x8)", {9, 9, 8, 7, 6, 5, 3, 1}}},
      {"find_index8: duplicates take successive matches, missing is all ones",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x10)", {1, 9, 3, 9, 5, 6, 7, 8, -1, 0}},
        {"sbuf[0:1]@64:fp32(1x8)", {9, 9, 8, 7, 6, 42, 3, 1}}},
       "find_index8 dst=sbuf[0:1]@128:uint32(1x8) src=sbuf[0:1]@0:fp32(1x10) values=sbuf[0:1]@64:fp32(1x8)",
       {"sbuf[0:1]@128:uint32(1x8)", {1, 3, 7, 6, 5, 4294967295.0, 2, 0}}},
      {"match_replace8",
       Engine::vector,
       {{"sbuf[0:1]@0:fp32(1x10)", {1, 9, 3, 9, 9, 6, 7, 8, -1, 0}},
        {"sbuf[0:1]@64:fp32(1x8)", {9, 9, 8, 42, 42, 42, 42, 42}}},
       "match_replace8 dst=sbuf[0:1]@128:fp32(1x10) src=sbuf[0:1]@0:fp32(1x10) values=sbuf[0:1]@64:fp32(1x8) "
       "replacement=-100",
       {"sbuf[0:1]@128:fp32(1x10)", {1, -100, 3, -100, 9, 6, 7, -100, -1, 0}}},
  });
}
