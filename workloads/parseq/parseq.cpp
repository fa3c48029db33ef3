#include "workloads/parseq/parseq.h"

#include <fmt/format.h>

#include "isa/base/atomic_file.h"
#include "workloads/onnx/attributes.h"
#include "workloads/parseq/autoregressive.h"
#include "workloads/parseq/encoder.h"
#include "workloads/parseq/weights.h"

namespace inf::workloads {
namespace {

constexpr std::int64_t kOpset = 17;     // the first with LayerNormalization
constexpr std::int64_t kIrVersion = 8;  // the one that came with opset 17's releases

std::string write_graph(Layers& l) {
  const ParseqOptions& o = l.options;
  const KeysValues memory = write_memory(l, write_encoder(l, kParseqInput));
  const PositionTables tables = write_position_tables(l);
  std::string logits;
  switch (o.mode) {
    case ParseqMode::nar:
    case ParseqMode::fixed: logits = write_single_pass(l, tables, memory); break;
    case ParseqMode::ar: logits = write_loop(l, tables, memory); break;
    case ParseqMode::ar_unrolled: logits = write_unrolled(l, tables, memory); break;
    case ParseqMode::step: return write_step(l, tables, memory, kParseqTokens);
  }
  for (std::int64_t i = 0; i < o.refine; ++i)
    logits = write_refinement(l, fmt::format("/decoder/refine.{}", i), tables, memory, logits);
  return logits;
}

}  // namespace

std::string parseq_onnx(const ParseqOptions& options) {
  check(options);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("inf-sim");
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("parseq");
  const ParseqShape& s = options.shape;
  const bool step = options.mode == ParseqMode::step;
  describe(*graph.add_input(), kParseqInput, {options.batch, 3, s.image_height, s.image_width});
  if (step) describe(*graph.add_input(), kParseqTokens, {options.batch, options.prefix}, onnx::TensorProto::INT64);
  Layers layers(GraphWriter(graph), std::make_shared<TensorMap>(parseq_weights(options)), options);
  const std::string logits = write_graph(layers);
  layers.graph.name_output(logits, kParseqOutput);
  describe(*graph.add_output(), kParseqOutput, {options.batch, step ? 1 : options.positions(), kHeadClasses});
  return model.SerializeAsString();
}

void write_parseq(const ParseqOptions& options, const std::filesystem::path& file) {
  write_file_atomically(file, parseq_onnx(options));
}

}  // namespace inf::workloads
