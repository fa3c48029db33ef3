#pragma once
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

namespace inf::test {

/// A second-generation chip with less SBUF. Units: usable bytes per partition.
inline arch::ChipSpec small_chip(std::int64_t bytes) {
  arch::ChipSpec chip = inf2();
  chip.sbuf.bytes_per_partition = bytes + chip.sbuf.reserved_per_partition;
  return chip;
}

inline compiler::CompileOptions options_of(DType type) {
  compiler::CompileOptions options;
  options.compute = options.storage = type;
  return options;
}

/// Whether two runs of one graph gave close values; NaN never does.
inline void compare_outputs(const ChipRun& run, const std::vector<std::vector<float>>& want, double limit) {
  REQUIRE(run.outputs.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(run.outputs[i], want[i]) <= limit);
  }
}

/// Starting threads would take longer than these programs.
inline const sim::SimOptions kOneThread{.threads = 1};

struct MatrixCheck {
  double fp32 = 3e-6, bf16 = 2e-2;
  bool inf1 = true;
  /// SBUF of small chips: on them the graph runs with equal bits, or is refused.
  std::vector<std::int64_t> small = {};
};

/// The simulated program, hazard checks on, against the interpreter: fp32 and bf16, both chips, and little SBUF. A
/// matrix that moved to device memory has the same elements: not a bit may change. Returns how many of the small chips
/// ran it.
inline int check_matrices(const std::string& name, const compiler::Graph& graph, const GraphBuilder& builder,
                          const MatrixCheck& how = {}) {
  CAPTURE(name);
  int ran = 0;
  try {
    const auto want = compiler::interpret(graph, builder.inputs());
    for (const DType type : {DType::fp32, DType::bf16}) {
      CAPTURE(inf::name(type));
      const ChipRun run = run_on_chip(graph, builder.inputs(), options_of(type), kOneThread);
      compare_outputs(run, want, type == DType::fp32 ? how.fp32 : how.bf16);
      for (const std::int64_t bytes : how.small) {
        CAPTURE(bytes);
        try {
          compare_outputs(run_on_chip(graph, builder.inputs(), options_of(type), kOneThread, small_chip(bytes)), want,
                          type == DType::fp32 ? how.fp32 : how.bf16);
          ++ran;
        } catch (const Error& e) {
          CAPTURE(std::string(e.what()));
          CHECK(e.kind() == ErrorKind::unsupported);
        }
      }
    }
    if (how.inf1) {
      CAPTURE("inf1");
      compare_outputs(run_on_chip(graph, builder.inputs(), options_of(DType::bf16), kOneThread, inf1()), want,
                      how.bf16);
    }
  } catch (const Error& e) {
    FAIL_CHECK(std::string(e.what()));
  }
  return ran;
}

}  // namespace inf::test
