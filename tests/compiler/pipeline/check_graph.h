#pragma once
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "isa/numerics/simd.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

namespace inf::test {

/// Largest relative errors of a program compiled for fp32 and for bf16. 0: the same numbers, bit for bit.
struct Tolerance {
  double fp32 = 3e-6, bf16 = 2e-2;
};

/// The same numbers where `limit` is 0, else close ones.
inline void compare(const std::vector<std::vector<float>>& got, const std::vector<std::vector<float>>& want,
                    double limit) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    if (limit == 0)
      CHECK(got[i] == want[i]);
    else
      CHECK(relative_error(got[i], want[i]) <= limit);
  }
}

/// Rows by run-time indices need gpsimd, which only the second generation has.
enum class Chips { both, inf2 };

/// The simulated program, hazard checks on, against the interpreter, and the same bits at every SIMD level; on both
/// chips.
inline void check(const std::string& name, const compiler::Graph& graph, const GraphBuilder& builder,
                  Tolerance tolerance = {}, Chips chips = Chips::both) {
  CAPTURE(name);
  try {
    const auto want = compiler::interpret(graph, builder.inputs());
    for (const auto& [compute, limit] :
         {std::pair{DType::fp32, tolerance.fp32}, std::pair{DType::bf16, tolerance.bf16}}) {
      CAPTURE(inf::name(compute));
      const ChipRun run = run_on_chip(graph, builder.inputs(), compute);
      compare(run.outputs, want, limit);
      for (int level = 1; level < static_cast<int>(numerics::host_simd_level()); ++level) {
        numerics::set_simd_level(static_cast<numerics::SimdLevel>(level));
        CHECK(run_on_chip(graph, builder.inputs(), compute).outputs == run.outputs);
      }
      numerics::set_simd_level(numerics::host_simd_level());
      if (chips == Chips::inf2) continue;
      compiler::CompileOptions compile;
      compile.compute = DType::bf16;  // its tensor engine takes no fp32, and nothing here uses it
      compile.storage = compute;
      CAPTURE("inf1");
      compare(run_on_chip(graph, builder.inputs(), compile, {}, inf1()).outputs, want, limit);
    }
  } catch (const Error& e) {
    FAIL_CHECK(std::string(e.what()));
  }
}

}  // namespace inf::test
