#include "tests/tools/workflow/profile/profile_text.h"

#include <fmt/core.h>

namespace inf::workflow {
namespace {

/// Values apart by bars; doubles as the shortest text that reads back to the same bits.
class Lines {
 public:
  template <class... Values>
  void add(const char* what, const Values&... values) {
    text_ += what;
    ((text_ += fmt::format("|{}", values)), ...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_operator(const ProfileOperator& op, Lines& out) {
  const OperatorUse& u = op.use;
  const OperatorWork& w = op.work;
  out.add("operator", u.name, u.kind, u.added_ns, u.share, u.start_ns, u.end_ns, u.bound, u.busiest, u.bound_share,
          u.macs, u.executed_macs, u.dram_read, u.dram_written, u.predicted_ns, u.decision);
  for (const std::string& node : u.nodes) out.add("node", node);
  for (const auto& [engine, ns] : u.busy_ns) out.add("busy", engine, ns);
  out.add("work", w.matmuls, w.rows_used, w.columns_used, w.weight_switch_ticks, w.transfers, w.descriptors,
          w.dma_bytes);
  out.add("place", op.layer, op.program, op.path_ticks);
  for (const auto& [cause, ticks] : op.path_by_cause) out.add("cause", cause, ticks);
}

void add_advice(const Profile& p, Lines& out) {
  for (const std::string& warning : p.warnings) out.add("warning", warning);
  for (const WhatIf& w : p.what_if)
    out.add("what if", w.parameter, w.unit, w.value, w.lower, w.upper, w.ticks_lower, w.ticks_upper, w.method,
            w.elasticity);
  for (const Finding& f : p.findings) out.add("finding", f.condition, f.cause, f.advice, f.gain_ns, f.gain);
  for (const Metric& m : p.metrics) out.add("metric", m.name, m.unit, m.definition, m.value);
}

}  // namespace

std::string text_of(const Profile& p) {
  Lines out;
  out.add("run", p.workload, p.model, p.chip, p.chip_title, p.chip_hash, p.precision, p.mode, p.ticks, p.tick_mhz);
  for (const auto& [path, value] : p.settings) out.add("setting", path, value);
  for (const ProfileProgram& q : p.programs) out.add("program", q.name, q.chip, q.core, q.start_ticks, q.ticks);
  for (const EngineUse& e : p.engines) {
    out.add("engine", e.engine, e.busy_ns, e.utilisation, e.instructions);
    for (const auto& [reason, ns] : e.idle_ns) out.add("idle", reason, ns);
  }
  if (const auto& w = p.weights)
    out.add("weights", w->bytes, w->resident, w->streamed, w->stream_ns, w->bytes_per_ns, w->load_ns);
  if (const auto& r = p.roofline)
    out.add("roofline", r->macs, r->executed_macs, r->dram_read, r->dram_written, r->peak_tflops, r->bytes_per_ns,
            r->intensity, r->attainable_tflops, r->achieved_tflops);
  for (const ProfileOperator& op : p.operators) add_operator(op, out);
  for (const PathStretch& s : p.path) out.add("path", s.from, s.to, s.engine, s.op, s.cause, s.pc, s.opcode);
  for (const Usage& u : p.usage) {
    out.add("usage", u.of, u.unit, u.limit, u.chip, u.core);
    for (const auto& [ticks, value] : u.steps) out.add("step", ticks, value);
  }
  add_advice(p, out);
  return out.take();
}

}  // namespace inf::workflow
