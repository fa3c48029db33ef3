#include "tools/workflow/analysis.h"

#include <algorithm>
#include <map>
#include <set>

#include "compiler/analysis/cost.h"
#include "compiler/passes/graph_passes.h"
#include "isa/arch/chip_config.h"
#include "tools/workflow/model.h"

namespace inf::workflow {
namespace {

using compiler::Fate;
using compiler::Graph;
using compiler::LedgerEntry;

/// A model with every node in its ledger, and those that the importer cannot take.
struct Imported {
  Graph graph;
  std::vector<compiler::Signature::Node> refused;
};

Imported import_all(const Workload& workload, Analysis& analysis) {
  const auto* onnx = std::get_if<OnnxModel>(&workload.model);
  if (onnx == nullptr) return {load_graph(workload), {}};
  const compiler::Signature signature = compiler::read_signature(onnx->file);
  const ImportAt import = [&](const Binding& sizes) {
    compiler::ImportOptions options = onnx->options;
    options.symbols = sizes;
    options.keep_unsupported = true;
    return compiler::import_onnx(onnx->file, options);
  };
  Binding bound = onnx->options.symbols;
  if (!onnx->buckets.empty()) bound.insert(onnx->buckets.front().sizes.begin(), onnx->buckets.front().sizes.end());
  if (onnx->options.batch)
    for (const compiler::Signature::Tensor& input : signature.inputs)
      if (!input.axes.empty() && !compiler::symbol(input.axes[0]).empty())
        bound[compiler::symbol(input.axes[0])] = *onnx->options.batch;
  const Binding sizes = probe_sizes(signature, bound, import);
  Imported imported{import(sizes), {}};
  analysis.symbols = follow_symbols(signature, bound, sizes, imported.graph, import);
  std::set<std::string> labels;
  for (const LedgerEntry& entry : imported.graph.ledger)
    if (entry.fate == Fate::refused) labels.insert(entry.node);
  for (const compiler::Signature::Node& node : signature.nodes)
    if (labels.contains(node.label)) imported.refused.push_back(node);
  return imported;
}

/// Computed values by name.
std::map<std::string, compiler::ValueId> computed(const Graph& graph) {
  std::map<std::string, compiler::ValueId> ids;
  for (std::size_t i = 0; i < graph.values.size(); ++i)
    if (!graph.values[i].constant) ids[graph.values[i].name] = static_cast<compiler::ValueId>(i);
  return ids;
}

/// Values that refused nodes read are needed, although no node of the graph reads them.
void keep_read_values(const Imported& imported, Graph& graph) {
  const std::map<std::string, compiler::ValueId> ids = computed(graph);
  std::set<compiler::ValueId> known(graph.inputs.begin(), graph.inputs.end());
  known.insert(graph.outputs.begin(), graph.outputs.end());
  for (const compiler::Signature::Node& node : imported.refused)
    for (const std::string& name : node.inputs)
      if (const auto at = ids.find(name); at != ids.end() && known.insert(at->second).second)
        graph.outputs.push_back(at->second);
}

/// Refused nodes as breaks. One that reads what another one writes, of a shape that nobody knows, reads what that
/// reads.
std::vector<compiler::Break> breaks(const Imported& imported) {
  const std::map<std::string, compiler::ValueId> ids = computed(imported.graph);
  std::map<std::string, std::vector<compiler::ValueId>> read_for;
  std::vector<compiler::Break> found;
  for (const compiler::Signature::Node& node : imported.refused) {
    compiler::Break one;
    for (const std::string& name : node.inputs) {
      if (const auto at = ids.find(name); at != ids.end()) one.reads.push_back(at->second);
      if (const auto at = read_for.find(name); at != read_for.end())
        one.reads.insert(one.reads.end(), at->second.begin(), at->second.end());
    }
    for (const std::string& name : node.outputs) {
      if (const auto at = ids.find(name); at != ids.end())
        one.writes.push_back(at->second);
      else
        read_for[name] = one.reads;
    }
    found.push_back(std::move(one));
  }
  return found;
}

std::int64_t bytes_of(const Graph& graph, const std::vector<compiler::ValueId>& ids) {
  std::int64_t sum = 0;
  for (const compiler::ValueId id : ids) sum += compiler::bytes(graph.value(id));
  return sum;
}

void plan_segments(const compiler::Placement& placement, Analysis& analysis) {
  for (const compiler::Segment& segment : placement.segments)
    analysis.segments.push_back({segment.place, segment.graph.nodes.size(), segment.breaks,
                                 compiler::total_macs(segment.graph), bytes_of(segment.graph, segment.graph.inputs),
                                 bytes_of(segment.graph, segment.graph.outputs),
                                 segment.graph.nodes.empty() ? "" : segment.graph.nodes.front().name});
}

void find(const std::vector<LedgerEntry>& ledger, const std::map<std::string, std::string>& ways_out,
          Analysis& analysis) {
  for (const LedgerEntry& entry : ledger) {
    if (entry.fate != Fate::host && entry.fate != Fate::refused) continue;
    auto at = std::find_if(analysis.findings.begin(), analysis.findings.end(),
                           [&](const AnalysisFinding& f) { return f.fate == entry.fate && f.why == entry.into; });
    if (at == analysis.findings.end()) {
      const auto way = ways_out.find(entry.into);
      at = analysis.findings.insert(at, {entry.fate, entry.into, way == ways_out.end() ? "" : way->second, {}, {}});
    }
    if (std::find(at->types.begin(), at->types.end(), entry.onnx_type) == at->types.end())
      at->types.push_back(entry.onnx_type);
    at->nodes.push_back(entry.node);
  }
  std::stable_sort(analysis.findings.begin(), analysis.findings.end(),
                   [](const AnalysisFinding& a, const AnalysisFinding& b) { return a.nodes.size() > b.nodes.size(); });
}

void count(const std::vector<LedgerEntry>& ledger, Analysis& analysis) {
  for (const LedgerEntry& entry : ledger) {
    analysis.macs += entry.macs;
    if (entry.fate == Fate::folded) continue;
    ++analysis.operators;
    if (entry.fate != Fate::compiled && entry.fate != Fate::fused) continue;
    ++analysis.on_chip;
    analysis.macs_on_chip += entry.macs;
  }
}

}  // namespace

Analysis analyze(const Workload& workload) {
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  Analysis analysis;
  analysis.chip = chip.name;
  analysis.chip_title = chip.title;
  analysis.host_allowed = workload.host_operators == compiler::HostOperators::allow;
  Imported imported = import_all(workload, analysis);
  Graph& graph = imported.graph;
  analysis.model = graph.name;
  keep_read_values(imported, graph);
  compiler::run_graph_passes(graph);
  compiler::CompileOptions options;
  options.compute = workload.precision.compute;
  options.storage = workload.precision.storage;
  const compiler::Placement placement =
      compiler::place(graph, chip, options, analysis.host_allowed ? Fate::host : Fate::refused, breaks(imported));
  std::map<std::string, std::string> ways_out;
  for (const auto& obstacle : placement.obstacles)
    if (obstacle) ways_out.emplace(obstacle->why, obstacle->way_out);
  analysis.ledger = count_ledger(graph.ledger);
  analysis.nodes = graph.ledger;
  find(graph.ledger, ways_out, analysis);
  count(graph.ledger, analysis);
  plan_segments(placement, analysis);
  return analysis;
}

}  // namespace inf::workflow
