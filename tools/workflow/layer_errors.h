#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "tools/workflow/auto_cast.h"

namespace inf::workflow {

/// fp32 arrays by ValueId, empty where a value is not held.
using LayerValues = std::vector<std::vector<float>>;

struct LayerOptions {
  double bound_db = 20;  ///< an accumulated SNR below this exceeds the bound
  std::size_t shares =
      0;                ///< how many operators get a share, those with the least local SNR; 0: every one with an error
  Precision precision;  ///< what the simulated values were computed in, for `dtype`
};

/// One operator of the compiled graph against fp32. Units: dB, 10 log10(signal / noise); infinite without any error,
/// -infinite where the operator made infinity or NaN of finite numbers.
struct LayerError {
  std::string layer, type, dtype;
  double local_snr_db = 0;        ///< against fp32 arithmetic on the values that the chip gave it
  double accumulated_snr_db = 0;  ///< against the fp32 reference of the whole model
  std::size_t overflows = 0;  ///< elements that it made infinite or NaN though fp32 arithmetic on its inputs is finite
  std::optional<double> share;  ///< of the error of the model's outputs, 0..1
  bool exceeds = false;         ///< its accumulated SNR is below the bound
};

struct LayerErrors {
  double bound_db = 0;
  std::vector<LayerError> layers;    ///< program order
  std::optional<std::size_t> first;  ///< the first that exceeds the bound
  double final_snr_db = 0;           ///< of the model's outputs, every output weighing the same
  std::optional<double> sum_snr_db;  ///< the same if the operators' errors, each carried to the outputs alone, added up
};

/// Called with how many of how many steps are done.
using LayerProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Local and accumulated error of every node, and its share of the error of the graph's outputs. `simulated` holds what
/// the chip made of every value that a node writes, `inputs` one array per graph input. Cost: three fp32 runs of the
/// graph, and for every operator with a share one of what follows it. Errors: internal when a value is missing.
LayerErrors layer_errors(const compiler::Graph& graph, const std::vector<std::vector<float>>& inputs,
                         const LayerValues& simulated, const LayerOptions& options, const LayerProgress& progress = {});

/// Aligned table of the operators that have an error of their own or are the first beyond the bound.
std::string layer_errors_text(const LayerErrors& errors);

}  // namespace inf::workflow
