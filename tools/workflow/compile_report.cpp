#include "tools/workflow/compile_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kVersion = 1;  // of the document in docs/json.md
constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

std::string memory_text(const CompileReport& report) {
  Table table({kLeft, kRight});
  const auto row = [&](const char* what, std::int64_t bytes) {
    table.row({what, si(static_cast<double>(bytes), "B")});
  };
  row("inputs", report.inputs_bytes);
  row("outputs", report.outputs_bytes);
  row("constants", report.constants_bytes);
  row("scratch, before it is shared", report.scratch_bytes);
  row("high-water mark", report.device_memory_bytes);
  row("instructions", static_cast<std::int64_t>(report.instructions_bytes));
  if (report.file_bytes > 0) row("program file", static_cast<std::int64_t>(report.file_bytes));
  return "\nDevice memory\n" + table.text();
}

std::string operators_text(const CompileReport& report) {
  Table table({kLeft, kLeft, kRight, kRight, kLeft, kLeft});
  table.row({"operator", "kind", "MMAC", "predicted", "bound", "how it is computed"});
  for (const PredictedOperator& op : report.operators)
    table.row({op.name, op.kind,
               op.macs == 0 ? "-" : grouped(static_cast<std::int64_t>((op.macs + 500'000) / 1'000'000)),
               duration(op.ns), op.bound, op.decision});
  return fmt::format("\nPredicted bound per operator (sum {})\n", duration(report.predicted_ns)) + table.text();
}

}  // namespace

CompileReport describe_graph(const compiler::Graph& graph) {
  CompileReport report;
  report.model = graph.name;
  report.ledger = count_ledger(graph.ledger);
  report.nodes = graph.ledger;
  return report;
}

CompileReport describe_compiled(const compiler::CompiledModel& model, const arch::ChipSpec& chip,
                                const Precision& precision) {
  CompileReport report = describe_graph(model.graph);
  const isa::ProgramImage& image = model.source->image();
  report.chip = chip.name;
  report.chip_title = chip.title;
  report.precision = precision;
  for (std::size_t i = 0; i < image.ops.size(); ++i) {
    PredictedOperator op{
        image.ops[i].name, image.ops[i].kind, "", "", static_cast<std::uint64_t>(image.ops[i].macs), 0};
    if (i < model.estimates.size()) {
      const compiler::OpEstimate& e = model.estimates[i];
      op.bound = e.bound;
      op.decision = e.decision;
      op.ns = std::max({e.tensor_ns, e.scalar_ns, e.vector_ns, e.dma_ns});
    }
    report.predicted_ns += op.ns;
    report.operators.push_back(std::move(op));
  }
  for (const isa::TensorEntry& tensor : image.tensors) {
    switch (tensor.role) {
      case isa::TensorEntry::Role::input: report.inputs_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::output: report.outputs_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::constant: report.constants_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::scratch: report.scratch_bytes += tensor.bytes; break;
    }
  }
  if (model.weights.bytes > 0) add_weights(model.weights, chip, 0, report.weights.emplace());
  report.device_memory_bytes = image.dram_bytes;
  report.instructions_bytes = isa::instruction_bytes(*model.source);
  return report;
}

std::string compile_report_text(const CompileReport& report, bool per_node) {
  std::string text = report.chip.empty() ? report.model + "\n"
                                         : fmt::format("{} for {}, {}\n", report.model, report.chip_title,
                                                       workflow::text(report.precision));
  if (report.weights) text += "  " + weights_text(*report.weights) + "\n";
  text += "\nOperators of the model\n" + ledger_text(report.ledger);
  if (per_node) text += "\nNodes\n" + ledger_nodes_text(report.nodes);
  if (report.chip.empty()) return text;
  return text + memory_text(report) + operators_text(report);
}

std::string compile_report_json(const CompileReport& report) {
  const bool compiled = !report.chip.empty();
  Json json = {
      {"document", compiled ? "inf-sim compile" : "inf-sim analyze"}, {"version", kVersion}, {"model", report.model}};
  json["ledger"] = ledger_json(report.ledger);
  json["nodes"] = nodes_json(report.nodes);
  if (!compiled) return json.dump(2) + "\n";
  json["chip"] = {{"name", report.chip}, {"title", report.chip_title}};
  json["dtype"] = name(report.precision.compute);
  json["storage_dtype"] = name(report.precision.storage);
  json["memory"] = {{"inputs_bytes", report.inputs_bytes},
                    {"outputs_bytes", report.outputs_bytes},
                    {"constants_bytes", report.constants_bytes},
                    {"scratch_bytes", report.scratch_bytes},
                    {"device_memory_bytes", report.device_memory_bytes},
                    {"instructions_bytes", report.instructions_bytes},
                    {"program_file_bytes", report.file_bytes}};
  if (report.weights)
    json["weights"] = {{"bytes", report.weights->bytes},
                       {"resident_bytes", report.weights->resident},
                       {"streamed_bytes", report.weights->streamed},
                       {"stream_ns", static_cast<std::int64_t>(report.weights->stream_ns)}};
  json["predicted_ns"] = static_cast<std::int64_t>(report.predicted_ns);
  json["operators"] = Json::array();
  for (const PredictedOperator& op : report.operators)
    json["operators"].push_back({{"name", op.name},
                                 {"kind", op.kind},
                                 {"macs", op.macs},
                                 {"predicted_ns", static_cast<std::int64_t>(op.ns)},
                                 {"bound", op.bound},
                                 {"decision", op.decision}});
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
