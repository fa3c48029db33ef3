#pragma once
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "tools/workflow/image.h"
#include "tools/workflow/pre_post.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// A picture and how it was laid on the model's input.
struct Picture {
  Image image;
  Prepared prepared;
  std::string input;  ///< model input that it feeds
};

/// One model input in fp32.
struct ModelInput {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// A workload's model and inputs, ready to compile and to run.
struct LoadedWorkload {
  compiler::Graph graph;
  std::vector<ModelInput> inputs;  ///< in the order of graph.inputs; random ones without values where none are needed
  std::optional<Picture> picture;
  std::string model_title;         ///< "craft 768x768"
  std::vector<std::string> notes;  ///< what the reader of a result must know: weights, padding, made-up inputs
};

/// Builds or imports the model and makes its inputs; `values` false leaves out random numbers, but still reads files.
/// Errors: import for a broken picture, model or weight file; config when an input names no input of the model or does
/// not fit its shape.
LoadedWorkload load(const Workload& workload, bool values = true);

/// A built-in PARSeq as a graph.
compiler::Graph parseq_graph(const workloads::ParseqOptions& options);

/// What a reader of results must know about where weights come from.
std::string weights_note(const workloads::WeightChoice& weights);

/// The built-in model of a workload (of a PARSeq, its first mode) as an ONNX file, at the size that it runs with.
std::string builtin_onnx(const Workload& workload);

/// The built-in model (of a PARSeq, its first mode) or the ONNX file as a graph, with inputs left out; a picture
/// decides an open size.
compiler::Graph load_graph(const Workload& workload);

}  // namespace inf::workflow
