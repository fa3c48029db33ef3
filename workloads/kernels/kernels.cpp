#include "workloads/kernels/kernels.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "workloads/kernels/depthwise.h"
#include "workloads/kernels/elementwise.h"
#include "workloads/kernels/gemm.h"
#include "workloads/kernels/products.h"
#include "workloads/kernels/scan.h"

namespace inf::workloads {
namespace {

constexpr std::int64_t kChainLinks = 1000;

struct Entry {
  KernelInfo info;
  Kernel (*make)();
};

const std::vector<Entry>& entries() {
  static const std::string gemm = "[4096,8192] x [8192,8192] bf16";
  static const std::vector<Entry> all = {
      {{"gemm-tiled", "both operands of every matmul loaded for it", gemm, {"nki-gemm-tiled"}, Measured::call},
       [] { return gemm_tiled({}); }},
      {{"gemm-hoist-load", "left tiles stay for a row of results", gemm, {"nki-gemm-hoist-load"}, Measured::call},
       [] { return gemm_hoisted({}); }},
      {{"gemm-block-free-dim", "2 x 2 blocks of result tiles", gemm, {"nki-gemm-block-free-dim"}, Measured::call},
       [] { return gemm_blocked_free({}); }},
      {{"gemm-fully-optimised",
        "blocks of 16 x 2 result tiles and 8 of contraction",
        gemm,
        {"nki-gemm-fully-optimised", "autocomp-gemm-step5"},
        Measured::call},
       [] { return gemm_blocked({}); }},
      {{"mamba-scan",
        "states outside; ten passes of the vector engine for each state",
        "channels 256, steps 2048, states 16, fp32",
        {"autocomp-mamba-step0"},
        Measured::call},
       [] {
         return mamba_scan({256, 2048, 16});
       }},
      {{"mamba-scan-fused",
        "channels outside; six passes of the vector engine, sums in PSUM",
        "channels 256, steps 2048, states 16, fp32",
        {"autocomp-mamba-step7"},
        Measured::call},
       [] {
         return mamba_scan_fused({256, 2048, 16});
       }},
      {{"depthwise-by-element",
        "65536 products of 3 elements, 16384 reductions",
        "N 8, C 512, W 2048, 3 taps, fp32",
        {"autocomp-dwconv1d-step0"},
        Measured::call},
       [] { return depthwise_by_element({}); }},
      {{"depthwise-by-block",
        "512 products and 512 reductions of 128 results",
        "N 8, C 512, W 2048, 3 taps, fp32",
        {"autocomp-dwconv1d-step6"},
        Measured::call},
       [] { return depthwise_by_block({}); }},
      {{"swiglu", "turned x and hidden values spilled", "K 1024, M 4096, N 3072, fp32", {"nkibench-swiglu"}},
       [] {
         return swiglu({4096, 1024, 3072});
       }},
      {{"matmul-fp32", "columns of b loaded for every 128 rows", "K 5120, M 4096, N 12288, fp32", {"nkibench-matmul"}},
       [] {
         return matmul_fp32({4096, 5120, 12288});
       }},
      {{"rmsnorm-matmul", "weights in SBUF", "K 1024, M 4096, N 2048, fp32", {"nkibench-rmsnorm-matmul"}},
       [] {
         return rmsnorm_matmul({4096, 1024, 2048});
       }},
      {{"batched-matmul", "bound by the stores", "B 16, K 64, M 4096, N 4096, fp32", {"nkibench-bmm"}},
       [] { return batched_matmul({}); }},
      {{"silu", "x / (1 + exp(-x)), one buffer between the two", "4096 x 7168 fp32", {"nkibench-silu"}},
       [] { return silu({}); }},
      {{"adamw", "one optimiser step, four tensors read, one written", "10944 x 2048 fp32", {"nkibench-adamw"}},
       [] {
         return adamw({10944, 2048});
       }},
      {{"fused-mamba-c256",
        "states outside, as mamba-scan",
        "channels 256, steps 512, states 16, fp32",
        {"nki-fusedmamba-v1-c256-s512"},
        Measured::call},
       [] {
         return mamba_scan({256, 512, 16});
       }},
      {{"fused-mamba-c4096",
        "states outside, as mamba-scan",
        "channels 4096, steps 512, states 16, fp32",
        {"nki-fusedmamba-v1-c4096-s512"},
        Measured::call},
       [] {
         return mamba_scan({4096, 512, 16});
       }},
      {{"vector-add-row1", "one element per tile", "25600 fp32", {"cs149-vecadd-row1"}, Measured::call},
       [] {
         return vector_add({25600, 1, 1});
       }},
      {{"vector-add-row128", "tiles of 128 x 1", "25600 fp32", {"cs149-vecadd-row128"}, Measured::call},
       [] {
         return vector_add({25600, 128, 1});
       }},
      {{"vector-add-free200", "one tile of 128 x 200", "25600 fp32", {"cs149-vecadd-free200"}, Measured::call},
       [] {
         return vector_add({25600, 128, 200});
       }},
      {{"scalar-dependent-chain",
        "activations of one element, each on the one before",
        fmt::format("{} links", kChainLinks),
        {"nki-guide-scalar-dep-chain"},
        Measured::step,
        kChainLinks},
       [] { return scalar_chain(kChainLinks); }},
      {{"dma-start", "a semaphore sets one transfer off", "64 B", {"nki-guide-dma-start"}, Measured::first_byte},
       [] { return dma_start(64); }},
  };
  return all;
}

const Entry& entry_of(std::string_view name) {
  const auto& all = entries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.info.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const Entry& e : all) names.push_back(e.info.name);
  throw Error(ErrorKind::usage, "", fmt::format("'{}' is no kernel{}", name, did_you_mean(std::string(name), names)),
              {"inf-sim kernel --list names them"});
}

}  // namespace

const std::vector<KernelInfo>& kernels() {
  static const std::vector<KernelInfo> infos = [] {
    std::vector<KernelInfo> list;
    for (const Entry& e : entries()) list.push_back(e.info);
    return list;
  }();
  return infos;
}

const std::vector<RowWithoutKernel>& rows_without_kernel() {
  static const std::string reason =
      "the page gives times of the optimisation trace, not how this step tiles and buffers";
  static const std::vector<RowWithoutKernel> rows = {{"autocomp-gemm-step0", reason}, {"autocomp-gemm-step1", reason}};
  return rows;
}

const KernelInfo& find_kernel(std::string_view name) { return entry_of(name).info; }

std::unique_ptr<isa::ProgramSource> make_kernel(std::string_view name, const arch::ChipSpec& chip) {
  return program_of(entry_of(name).make(), chip);
}

}  // namespace inf::workloads
