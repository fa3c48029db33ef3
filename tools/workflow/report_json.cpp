#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/report.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of the document in docs/json.md
Json named(const std::vector<std::pair<std::string, double>>& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = figure(value);
  return json;
}

Json latency_json(const Latency& l) {
  return {{"device_ns", figure(l.device_ns)}, {"ticks", l.ticks},
          {"tick_mhz", l.tick_mhz},           {"runtime_ns", figure(l.overhead_ns)},
          {"copy_ns", figure(l.copy_ns)},     {"copied_bytes", l.copied_bytes},
          {"host_ns", figure(l.host_ns)},     {"calls", l.calls},
          {"call_ns", figure(l.call_ns())}};
}

Json weights_json(const Weights& w) {
  return {{"bytes", w.bytes},
          {"resident_bytes", w.resident},
          {"streamed_bytes", w.streamed},
          {"stream_ns", figure(w.stream_ns)},
          {"bytes_per_ns", figure(w.bytes_per_ns)},
          {"load_ns", figure(w.load_ns)}};
}

Json stage_json(const StageUse& s) {
  return {{"chip", s.chip},           {"core", s.core},
          {"first", s.first},         {"last", s.last},
          {"operators", s.operators}, {"weights", weights_json(s.weights)},
          {"in_bytes", s.bytes_in},   {"predicted_ns", figure(s.predicted_ns)},
          {"ns", figure(s.ns)},       {"utilisation", figure(s.utilisation)}};
}

Json stages_json(const StagesUse& u) {
  Json stages = Json::array();
  for (const StageUse& s : u.stages) stages.push_back(stage_json(s));
  return {{"stages", stages},
          {"fill_ns", figure(u.fill_ns)},
          {"interval_ns", figure(u.interval_ns)},
          {"slowest_ns", figure(u.slowest_ns)},
          {"balance", figure(u.balance)},
          {"bubbles", figure(u.bubbles)},
          {"link_bytes", u.link_bytes},
          {"copies_interval_ns", figure(u.copies_interval_ns)},
          {"copies_call_ns", figure(u.copies_latency_ns)},
          {"advised_cores", u.advised_cores}};
}

Json segment_json(const SegmentUse& s) {
  return {{"place", s.place},
          {"operators", s.operators},
          {"nodes", s.nodes},
          {"ns", figure(s.ns)},
          {"runtime_ns", figure(s.runtime_ns)},
          {"copy_ns", figure(s.copy_ns)},
          {"in_bytes", s.bytes_in},
          {"out_bytes", s.bytes_out}};
}

Json throughput_json(const Throughput& t) {
  return {{"device_start_ns", figure(t.device_start_ns)},
          {"core_per_s", figure(t.core_per_s)},
          {"chip_per_s", figure(t.chip_per_s)},
          {"instance_per_s", figure(t.instance_per_s)},
          {"cores", t.cores},
          {"simulated_cores", t.simulated_cores},
          {"chips", t.chips},
          {"chip_bound", t.chip_bound},
          {"instance_bound", t.instance_bound}};
}

Json busy_json(const BusyCores& b) {
  return {{"cores", b.cores},
          {"chips", b.chips},
          {"cores_per_chip", b.most},
          {"alone_ns", figure(b.alone_ns)},
          {"call_ns", figure(b.call_ns)},
          {"slow_down", figure(b.slow_down())},
          {"interval_ns", figure(b.interval_ns)},
          {"chip_per_s", figure(b.chip_per_s)},
          {"per_s", figure(b.per_s)},
          {"dram_bytes_per_ns", figure(b.bytes_per_ns)},
          {"dram_limit_bytes_per_ns", figure(b.limit_bytes_per_ns)},
          {"contended", figure(b.contended)},
          {"bound", b.bound}};
}

Json cost_json(const CostLine& c) {
  return {{"instance", c.instance},         {"plan", c.plan},
          {"usd_per_hour", c.usd_per_hour}, {"usd_per_million", figure(c.usd_per_million)},
          {"price_date", c.date},           {"price_source", c.source}};
}

Json engine_json(const EngineUse& e) {
  return {{"engine", e.engine},
          {"busy_ns", figure(e.busy_ns)},
          {"utilisation", figure(e.utilisation)},
          {"instructions", e.instructions},
          {"idle_ns", named(e.idle_ns)}};
}

Json roofline_json(const Roofline& r) {
  return {{"macs", r.macs},
          {"executed_macs", r.executed_macs},
          {"dram_read_bytes", r.dram_read},
          {"dram_written_bytes", r.dram_written},
          {"peak_tflops", figure(r.peak_tflops)},
          {"bytes_per_ns", figure(r.bytes_per_ns)},
          {"flop_per_byte", figure(r.intensity)},
          {"attainable_tflops", figure(r.attainable_tflops)},
          {"achieved_tflops", figure(r.achieved_tflops)}};
}

Json operator_json(const OperatorUse& op) {
  return {{"name", op.name},
          {"kind", op.kind},
          {"nodes", op.nodes},
          {"added_ns", figure(op.added_ns)},
          {"share", figure(op.share)},
          {"start_ns", figure(op.start_ns)},
          {"end_ns", figure(op.end_ns)},
          {"busy_ns", named(op.busy_ns)},
          {"bound", op.bound},
          {"busiest", op.busiest},
          {"bound_share", figure(op.bound_share)},
          {"macs", op.macs},
          {"executed_macs", op.executed_macs},
          {"dram_read_bytes", op.dram_read},
          {"dram_written_bytes", op.dram_written},
          {"predicted_ns", figure(op.predicted_ns)},
          {"decision", op.decision}};
}

Json accuracy_json(const OutputAccuracy& a) {
  return {{"output", a.output},
          {"max_error", figure(a.max_error)},
          {"mean_error", figure(a.mean_error)},
          {"snr_db", figure(a.snr_db)},
          {"correlation", figure(a.correlation)},
          {"exact", std::isinf(a.snr_db) && a.snr_db > 0}};
}

Json padding_json(const Padding& p) {
  Json json = {
      {"bucket", p.bucket}, {"sizes", p.sizes}, {"buckets", p.buckets}, {"wasted", figure(p.wasted)}, {"of", p.of}};
  if (p.exact) json["exact_fit"] = latency_json(*p.exact);
  if (p.effect) json["effect"] = accuracy_json(*p.effect);
  return json;
}

Json layer_json(const LayerError& e) {
  return {{"layer", e.layer},
          {"type", e.type},
          {"dtype", e.dtype},
          {"local_snr_db", figure(e.local_snr_db)},
          {"accumulated_snr_db", figure(e.accumulated_snr_db)},
          {"exact", std::isinf(e.local_snr_db) && e.local_snr_db > 0},
          {"overflows", e.overflows},
          {"share", e.share ? figure(*e.share) : Json(nullptr)},
          {"exceeds", e.exceeds}};
}

Json layers_json(const LayerErrors& l) {
  Json layers = Json::array();
  for (const LayerError& e : l.layers) layers.push_back(layer_json(e));
  return {{"bound_db", figure(l.bound_db)},
          {"first", l.first ? Json(l.layers[*l.first].layer) : Json(nullptr)},
          {"final_snr_db", figure(l.final_snr_db)},
          {"sum_snr_db", l.sum_snr_db ? figure(*l.sum_snr_db) : Json(nullptr)},
          {"layers", layers}};
}

Json boxes_accuracy_json(const BoxAccuracy& b) {
  return {{"expected", b.expected},
          {"found", b.found},
          {"matched", b.matched},
          {"threshold", b.threshold},
          {"mean_iou", figure(b.mean_iou)},
          {"min_iou", figure(b.min_iou)},
          {"largest_corner_distance", figure(b.largest_corner_distance)}};
}

Json check_json(const CheckResult& c) {
  return {{"check", c.check}, {"wanted", figure(c.wanted)}, {"found", figure(c.found)}, {"passed", c.passed}};
}

Json host_json(const Report& report) {
  const HostFacts& h = report.host;
  return {{"seconds", h.seconds},
          {"compile_seconds", h.compile_seconds},
          {"simulate_seconds", h.simulate_seconds},
          {"reference_seconds", h.reference_seconds},
          {"threads", h.threads},
          {"peak_memory_bytes", h.peak_memory_bytes}};
}

template <class Item, class Convert>
Json list(const std::vector<Item>& items, Convert convert) {
  Json json = Json::array();
  for (const Item& item : items) json.push_back(convert(item));
  return json;
}

}  // namespace

std::string report_json(const Report& report) {
  Json json = {{"document", "inf-sim run"},
               {"version", kVersion},
               {"workload", report.workload},
               {"model", report.model},
               {"chip", {{"name", report.chip}, {"title", report.chip_title}, {"hash", report.chip_hash}}},
               {"dtype", name(report.precision.compute)},
               {"storage_dtype", name(report.precision.storage)},
               {"mode", report.mode},
               {"notes", report.notes},
               {"instructions", report.instructions},
               {"data_dependent", report.data_dependent},
               {"kernel_events", report.kernel_events},
               {"device_memory_bytes", report.device_memory_bytes}};
  if (report.padding) json["padding"] = padding_json(*report.padding);
  json["segments"] = list(report.segments, segment_json);
  if (report.stages) json["pipeline"] = stages_json(*report.stages);
  if (report.weights) json["weights"] = weights_json(*report.weights);
  if (report.latency) json["latency"] = latency_json(*report.latency);
  if (report.busy) json["busy_cores"] = busy_json(*report.busy);
  if (report.throughput) json["throughput"] = throughput_json(*report.throughput);
  if (!report.cost.empty()) json["cost"] = list(report.cost, cost_json);
  if (report.energy) json["energy"] = energy_json(*report.energy);
  if (report.load) json["load"] = load_json(*report.load);
  if (!report.engines.empty()) json["engines"] = list(report.engines, engine_json);
  if (report.roofline) json["roofline"] = roofline_json(*report.roofline);
  if (!report.operators.empty()) json["operators"] = list(report.operators, operator_json);
  json["ledger"] = ledger_json(report.ledger);
  if (!report.accuracy.empty()) json["accuracy"] = list(report.accuracy, accuracy_json);
  if (report.layers) json["layer_errors"] = layers_json(*report.layers);
  if (report.boxes) json["boxes_against_reference"] = boxes_accuracy_json(*report.boxes);
  if (report.box_count) json["boxes"] = *report.box_count;
  json["checks"] = list(report.checks, check_json);
  json["passed"] = report.passed();
  if (!report.files.empty()) json["files"] = report.files;
  json["host"] = host_json(report);
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
