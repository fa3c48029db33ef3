#include "tools/workflow/profile/annotations.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/format.h"
#include "tools/workflow/model.h"

namespace inf::workflow {
namespace {

using compiler::Annotation;
using compiler::Fate;
using compiler::LedgerEntry;

std::string ns_text(double ns) { return fmt::format("{:.3f}", ns); }

/// Cycles of the tensor engine, the clock that kernels are counted in.
std::string cycles_text(double ns, const arch::ChipSpec& chip) {
  return std::to_string(std::llround(ns * static_cast<double>(chip.tensor.clock_mhz) * 1e-3));
}

/// Everything that is said of the nodes of one ledger.
class Notes {
 public:
  explicit Notes(const std::vector<LedgerEntry>& ledger);
  /// The node that an operator of the program is counted at: the one that names it, or the first that it works for;
  /// nothing for one that the compiler added.
  compiler::NodeAnnotations* find(const std::string& op, const std::vector<std::string>& works_for = {});
  void add(compiler::NodeAnnotations& node, std::string key, std::string value) {
    node.entries.push_back({std::move(key), std::move(value)});
  }
  std::map<std::string, compiler::NodeAnnotations> take() { return std::move(nodes_); }

 private:
  std::map<std::string, compiler::NodeAnnotations> nodes_;
  std::map<std::string, std::string> in_loops_;  ///< a loop's node as its operator is named -> as in the ledger
};

std::string placement_text(const LedgerEntry& entry) {
  switch (entry.fate) {
    case Fate::compiled: return "chip";
    case Fate::fused: return "chip, fused";
    case Fate::folded: return "folded at compile time";
    case Fate::host: return "host";
    case Fate::refused: return "refused";
  }
  return {};
}

Notes::Notes(const std::vector<LedgerEntry>& ledger) {
  for (const LedgerEntry& entry : ledger) {
    compiler::NodeAnnotations& node = nodes_[entry.node];
    node.onnx_type = entry.onnx_type;
    add(node, "placement", placement_text(entry));
    if (!entry.into.empty()) add(node, entry.fate == Fate::fused ? "fused_into" : "reason", entry.into);
    if (entry.macs > 0) add(node, "macs", std::to_string(entry.macs));
    if (entry.fate == Fate::fused && entry.node.starts_with(entry.into + "/"))
      in_loops_.emplace(entry.node.substr(entry.into.size() + 1), entry.node);
  }
}

compiler::NodeAnnotations* Notes::find(const std::string& op, const std::vector<std::string>& works_for) {
  auto found = nodes_.find(op);
  if (const auto inside = in_loops_.find(op); found == nodes_.end() && inside != in_loops_.end())
    found = nodes_.find(inside->second);
  for (std::size_t i = 0; i < works_for.size() && found == nodes_.end(); ++i) found = nodes_.find(works_for[i]);
  return found == nodes_.end() ? nullptr : &found->second;
}

/// Operators by the node that they are counted at, in the order of the program.
template <class Op>
class ByNode {
 public:
  using Ops = std::vector<const Op*>;
  bool add(compiler::NodeAnnotations* node, const Op& op) {
    if (node == nullptr) return false;
    auto found = std::find_if(all_.begin(), all_.end(), [&](const auto& entry) { return entry.first == node; });
    if (found == all_.end()) found = all_.insert(found, {node, {}});
    found->second.push_back(&op);
    return true;
  }
  const std::vector<std::pair<compiler::NodeAnnotations*, Ops>>& all() const { return all_; }

 private:
  std::vector<std::pair<compiler::NodeAnnotations*, Ops>> all_;
};

/// Operators of one node, and what they take together.
struct NodeUse {
  std::vector<const ProfileOperator*> ops;
  double ns = 0, predicted_ns = 0, path_ns = 0;
  std::int64_t read = 0, written = 0;
  std::uint64_t executed_macs = 0;
};

NodeUse sum_up(const Profile& profile, const std::vector<const ProfileOperator*>& ops) {
  NodeUse sum{.ops = ops};
  for (const ProfileOperator* op : ops) {
    sum.ns += op->use.added_ns;
    sum.predicted_ns += op->use.predicted_ns;
    sum.path_ns += profile.ns(op->path_ticks);
    sum.read += op->use.dram_read;
    sum.written += op->use.dram_written;
    sum.executed_macs += op->use.executed_macs;
  }
  return sum;
}

const std::string& kind(const ProfileOperator& op) { return op.use.kind; }
const std::string& kind(const PredictedOperator& op) { return op.kind; }

/// "linear x3, store", in the order of the program.
template <class Op>
std::string kinds_text(const std::vector<const Op*>& ops) {
  std::string text;
  for (std::size_t i = 0; i < ops.size();) {
    std::size_t same = i;
    while (same < ops.size() && kind(*ops[same]) == kind(*ops[i])) ++same;
    if (!text.empty()) text += ", ";
    text += same - i == 1 ? kind(*ops[i]) : fmt::format("{} x{}", kind(*ops[i]), same - i);
    i = same;
  }
  return text;
}

std::string pairs_text(const std::vector<std::pair<std::string, double>>& pairs) {
  std::string text;
  for (const auto& [name, ns] : pairs) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, ns_text(ns));
  return text;
}

std::string core_text(const Profile& profile, const std::vector<const ProfileOperator*>& ops) {
  std::string text;
  for (const ProfileOperator* op : ops) {
    const ProfileProgram& p = profile.programs.at(static_cast<std::size_t>(op->program));
    const std::string core = fmt::format("chip {} core {}", p.chip, p.core);
    if (text.find(core) == std::string::npos) text += (text.empty() ? "" : ", ") + core;
  }
  return text;
}

void add_use(const Profile& profile, const NodeUse& use, const arch::ChipSpec& chip, Notes& notes,
             compiler::NodeAnnotations& node) {
  // What there is one of, such as a bound, is that of the operator that takes longest.
  const auto longest = *std::max_element(
      use.ops.begin(), use.ops.end(),
      [](const ProfileOperator* a, const ProfileOperator* b) { return a->use.added_ns < b->use.added_ns; });
  const OperatorUse& main = longest->use;
  const double all = profile.ns(profile.ticks);
  const auto add = [&](const char* key, std::string value) { notes.add(node, key, std::move(value)); };
  add("operators", kinds_text(use.ops));
  add("core", core_text(profile, use.ops));
  add("time_ns", ns_text(use.ns));
  add("cycles", cycles_text(use.ns, chip));
  add("share", percent(all > 0 ? use.ns / all : 0));
  if (!main.bound.empty()) add("bound", main.bound);
  if (!main.busiest.empty()) add("engine", fmt::format("{}, busy {}", main.busiest, percent(main.bound_share)));
  if (!main.busy_ns.empty()) add("busy_ns", pairs_text(main.busy_ns));
  if (!main.decision.empty()) add("how", main.decision);
  add("dram_read_bytes", std::to_string(use.read));
  add("dram_written_bytes", std::to_string(use.written));
  if (use.executed_macs > 0) add("executed_macs", std::to_string(use.executed_macs));
  if (use.predicted_ns > 0) add("predicted_ns", ns_text(use.predicted_ns));
  if (profile.path.empty()) return;
  add("path_ns", ns_text(use.path_ns));
  if (!longest->path_by_cause.empty()) {
    const auto& [cause, ticks] = longest->path_by_cause.front();
    add("path_cause", fmt::format("{}, {} ns", cause, ns_text(profile.ns(ticks))));
  }
}

void add_prediction(const std::vector<const PredictedOperator*>& ops, const arch::ChipSpec& chip, Notes& notes,
                    compiler::NodeAnnotations& node) {
  const PredictedOperator& longest = **std::max_element(
      ops.begin(), ops.end(), [](const PredictedOperator* a, const PredictedOperator* b) { return a->ns < b->ns; });
  double ns = 0;
  for (const PredictedOperator* op : ops) ns += op->ns;
  notes.add(node, "operators", kinds_text(ops));
  notes.add(node, "predicted_ns", ns_text(ns));
  notes.add(node, "predicted_cycles", cycles_text(ns, chip));
  if (!longest.bound.empty()) notes.add(node, "bound", longest.bound);
  if (!longest.decision.empty()) notes.add(node, "how", longest.decision);
}

std::vector<Annotation> model_entries(const Profile& profile, const Report& report) {
  std::vector<Annotation> all = {{"version", INF_VERSION},
                                 {"model", profile.model},
                                 {"chip", profile.chip},
                                 {"chip_title", profile.chip_title},
                                 {"chip_hash", profile.chip_hash},
                                 {"precision", profile.precision},
                                 {"mode", profile.mode}};
  double device = profile.ns(profile.ticks), host = 0;
  if (report.latency) {
    device = report.latency->device_ns;
    host = report.latency->host_ns;
  }
  all.push_back({"device_ns", ns_text(device)});
  if (host > 0) all.push_back({"host_ns", ns_text(host)});
  if (report.latency) {
    all.push_back({"overhead_ns", ns_text(report.latency->overhead_ns)});
    all.push_back({"copy_ns", ns_text(report.latency->copy_ns)});
    all.push_back({"latency_ns", ns_text(report.latency->call_ns())});
  }
  all.push_back({"instructions", std::to_string(report.instructions)});
  return all;
}

}  // namespace

compiler::OnnxAnnotations annotate_run(const Profile& profile, const Report& report,
                                       const std::vector<LedgerEntry>& nodes, const arch::ChipSpec& chip) {
  Notes notes(nodes);
  ByNode<ProfileOperator> ops;
  double elsewhere = 0;
  for (const ProfileOperator& op : profile.operators)
    if (!ops.add(notes.find(op.use.name, op.use.nodes), op)) elsewhere += op.use.added_ns;
  for (const auto& [node, of] : ops.all()) add_use(profile, sum_up(profile, of), chip, notes, *node);
  for (const SegmentUse& segment : report.segments)
    for (std::size_t i = 0; i < segment.node_ns.size(); ++i)
      if (compiler::NodeAnnotations* node = notes.find(segment.nodes[i])) {
        const double all = profile.ns(profile.ticks);
        notes.add(*node, "time_ns", ns_text(segment.node_ns[i]));
        notes.add(*node, "share", percent(all > 0 ? segment.node_ns[i] / all : 0));
      }
  compiler::OnnxAnnotations all{model_entries(profile, report), notes.take()};
  if (elsewhere > 0) all.model.push_back({"without_node_ns", ns_text(elsewhere)});
  return all;
}

compiler::OnnxAnnotations annotate_compiled(const std::vector<CompileReport>& programs,
                                            const std::vector<LedgerEntry>& nodes, const arch::ChipSpec& chip) {
  Notes notes(nodes);
  double sum = 0;
  compiler::OnnxAnnotations all{{{"version", INF_VERSION}}, {}};
  if (!programs.empty()) {
    all.model.push_back({"model", programs.front().model});
    all.model.push_back({"precision", text(programs.front().precision)});
  }
  all.model.insert(all.model.end(), {{"chip", chip.name}, {"chip_title", chip.title}, {"chip_hash", chip.hash()}});
  ByNode<PredictedOperator> ops;
  for (const CompileReport& program : programs)
    for (const PredictedOperator& op : program.operators) {
      sum += op.ns;
      ops.add(notes.find(op.name), op);
    }
  for (const auto& [node, of] : ops.all()) add_prediction(of, chip, notes, *node);
  all.model.push_back({"predicted_ns", ns_text(sum)});
  all.nodes = notes.take();
  return all;
}

void write_annotated(const Workload& workload, const compiler::OnnxAnnotations& annotations,
                     const std::filesystem::path& file) {
  if (const auto* onnx = std::get_if<OnnxModel>(&workload.model))
    write_file_atomically(file, compiler::annotate_onnx_file(onnx->file, file, annotations));
  else
    write_file_atomically(file, compiler::annotate_onnx(builtin_onnx(workload), workload.name, annotations));
}

void check_annotated(const Workload& workload, const std::filesystem::path& file) {
  if (workload.text)
    throw Error(ErrorKind::usage, "--annotate", "is for workloads of one model; this one reads words in several ways",
                {"write a model with inf-sim build and run that file"});
  std::error_code none;
  const auto* onnx = std::get_if<OnnxModel>(&workload.model);
  if (onnx != nullptr && std::filesystem::equivalent(onnx->file, file, none))
    throw Error(ErrorKind::usage, file.string(), "is the model itself", {"name another file"});
  check_writable(file);
}

}  // namespace inf::workflow
