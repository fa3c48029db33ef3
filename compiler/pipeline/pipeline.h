#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::compiler {

/// Where the weights of matrix products and convolutions are when a call begins.
enum class WeightChoice : std::uint8_t {
  automatic,  ///< in SBUF, loaded with the model, as far as they fit and gain; the others in device memory
  stream,     ///< in device memory: each call loads them
};

struct CompileOptions {
  /// What operands of matrix products and convolutions are rounded to when they enter the tensor engine; weights are
  /// stored in it. One of tensor.dtypes of the chip.
  DType compute = DType::bf16;
  /// What values between operators are stored in, in device memory and SBUF. Graph inputs and outputs are fp32 whatever
  /// it is, and arithmetic outside the tensor engine is fp32.
  DType storage = DType::bf16;
  WeightChoice weights = WeightChoice::automatic;  ///< no bit of a result depends on it
  /// Names of inputs and outputs that come from and go to another program: they are in `storage`, as values between
  /// operators are.
  std::set<std::string> stored_edges;
  /// Names of values, of the graph as it is after the graph passes, that become outputs of the program behind its own
  /// ones, in fp32 and in this order. No bit of the others changes.
  std::vector<std::string> keep;
  /// Called with the name of each pass and the text of its result, for passes that `wants_dump` names.
  std::function<bool(const std::string& pass)> wants_dump;
  std::function<void(const std::string& pass, const std::string& text)> dump;
  std::string stop_after;  ///< pass name; empty: run all
  bool verify = true;      ///< run the level's verifier after every pass
};

/// What the compiler expects of one operator, from the cost functions that the simulator also uses. Units: ns of one
/// core.
struct OpEstimate {
  double tensor_ns = 0, scalar_ns = 0, vector_ns = 0, dma_ns = 0;
  std::string bound;     ///< the largest of them: "tensor", "scalar", "vector", "dma"
  std::string decision;  ///< tile shape, packing and chunks in words
};

/// What became of the weights of a program. Units: bytes of constants; ns at the sustained rate of a core's DMA
/// engines.
struct WeightUse {
  std::int64_t bytes = 0;     ///< of all weights
  std::int64_t resident = 0;  ///< of those that stay in SBUF from call to call
  std::int64_t streamed = 0;  ///< that each call loads; a constant that several operators use counts for each
  double stream_ns = 0;
};

/// A compiled model: the whole plan, with instructions made one segment at a time while somebody pulls them.
struct CompiledModel {
  Graph graph;                        ///< after the graph passes; its ledger has one entry per ONNX node
  std::vector<OpEstimate> estimates;  ///< parallel to source->image().ops
  WeightUse weights;
  std::unique_ptr<isa::ProgramSource> source;
};

/// Names and one-sentence descriptions of every pass, in order.
struct PassInfo {
  std::string name, description;
};
std::vector<PassInfo> passes();

/// ONNX graph to program for one NeuronCore of `chip`.
/// Errors: Error{unsupported} naming node, attribute and what would make it work.
CompiledModel compile(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options = {});

}  // namespace inf::compiler
