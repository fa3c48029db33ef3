#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tools/workflow/format.h"
#include "tools/workflow/report.h"
#include "tools/workflow/stages.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kCostliest = 10;
constexpr std::size_t kReasons = 3;     // idle reasons named per engine
constexpr double kVisibleIdle = 0.001;  // of the run

std::string latency_text(const Latency& latency) {
  Table table({kLeft, kRight, kLeft});
  table.row({"device", duration(latency.device_ns),
             fmt::format("{} ticks of {:.4g} GHz, simulated", grouped(latency.ticks),
                         static_cast<double>(latency.tick_mhz) * 1e-3)});
  table.row({"runtime", duration(latency.overhead_ns),
             latency.calls == 1 ? std::string("per call, instance file")
                                : fmt::format("{} programs, instance file", latency.calls)});
  table.row({"copies", duration(latency.copy_ns),
             si(static_cast<double>(latency.copied_bytes), "B") + " of inputs and outputs, instance file"});
  if (latency.host_ns > 0) table.row({"host", duration(latency.host_ns), "operators on the host, instance file"});
  table.row({"call", duration(latency.call_ns()), "one call at a time"});
  return "\nLatency\n" + table.text();
}

std::string segments_text(const std::vector<SegmentUse>& segments) {
  Table table({kRight, kLeft, kRight, kRight, kRight, kRight, kRight, kRight, kLeft});
  table.row({"", "place", "operators", "time", "runtime", "copies", "in", "out", "first operator"});
  const auto time = [](double ns) { return ns > 0 ? duration(ns) : std::string("-"); };
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentUse& s = segments[i];
    table.row({std::to_string(i + 1), s.place, grouped(static_cast<std::int64_t>(s.operators)), time(s.ns),
               time(s.runtime_ns), time(s.copy_ns), si(static_cast<double>(s.bytes_in), "B"),
               si(static_cast<double>(s.bytes_out), "B"), s.nodes.empty() ? "" : s.nodes.front()});
  }
  return "\nSegments (one after the other; host time from the instance file)\n" + table.text();
}

std::string busy_text(const BusyCores& busy) {
  Table table({kLeft, kRight, kLeft});
  table.row({"alone", duration(busy.alone_ns), "device time of a call, the rest of the chip idle"});
  table.row(
      {"busy", duration(busy.call_ns), fmt::format("with the others busy: {:.3g} times as long", busy.slow_down())});
  table.row({"device memory", fmt::format("{:.4g} GB/s", busy.bytes_per_ns),
             fmt::format("drawn of {:.4g}; {} of the time the cores want more than there is", busy.limit_bytes_per_ns,
                         percent(busy.contended))});
  table.row({"bound by", busy.bound, ""});
  const std::string where = busy.chips == 1 ? fmt::format("{} of a chip", busy.most)
                                            : fmt::format("{} over {} chips", busy.cores, busy.chips);
  return fmt::format("\nCores ({} busy, a copy of the model on each; simulated together)\n", where) + table.text();
}

std::string throughput_text(const Report& report) {
  const Throughput& rate = *report.throughput;
  Table table({kLeft, kRight, kLeft});
  const auto per_second = [](double v) { return si(v, "/s"); };
  table.row({"one core", per_second(rate.core_per_s),
             fmt::format("device + {} device start; several workers hide copies and runtime",
                         duration(rate.device_start_ns))});
  table.row({"one chip", per_second(rate.chip_per_s),
             rate.simulated_cores > 0
                 ? fmt::format("{} of {} cores, simulated together; bound by {}", rate.simulated_cores, rate.cores,
                               rate.chip_bound)
                 : fmt::format("{} cores, bound by {}; from one core's time, --cores simulates them", rate.cores,
                               rate.chip_bound)});
  const bool by_host = rate.instance_bound == "host";
  if (rate.chips > 1 || by_host)
    table.row({"instance", per_second(rate.instance_per_s),
               fmt::format("{} chip{}{}", rate.chips, rate.chips == 1 ? "" : "s", by_host ? ", bound by host" : "")});
  std::string text = "\nThroughput\n" + table.text();
  Table cost({kLeft, kLeft, kRight, kLeft});
  for (const CostLine& line : report.cost)
    cost.row({line.instance, line.plan, fmt::format("{:.4g} USD", line.usd_per_million),
              fmt::format("per million, at {:.5g} USD per hour ({})", line.usd_per_hour, line.date)});
  return text + "\nCost\n" + cost.text();
}

std::string engines_text(const Report& report) {
  Table table({kLeft, kRight, kRight, kRight, kLeft});
  table.row({"engine", "busy", "of the run", "instructions", "idle for"});
  const double run = report.latency->device_ns;
  for (const EngineUse& use : report.engines) {
    std::vector<std::string> reasons;
    for (const auto& [reason, ns] : use.idle_ns)
      if (reasons.size() < kReasons && ns >= kVisibleIdle * run)
        reasons.push_back(fmt::format("{} {}", reason, duration(ns)));
    table.row({use.engine, duration(use.busy_ns), percent(use.utilisation),
               grouped(static_cast<std::int64_t>(use.instructions)), fmt::format("{}", fmt::join(reasons, ", "))});
  }
  return "\nEngines\n" + table.text();
}

std::string roofline_text(const Roofline& roof) {
  Table table({kLeft, kRight, kLeft});
  const auto tflops = [](double v) { return si(v * 1e12, "FLOPS"); };
  const double useful =
      roof.executed_macs == 0 ? 0 : static_cast<double>(roof.macs) / static_cast<double>(roof.executed_macs);
  table.row({"work", si(static_cast<double>(roof.macs), "MAC"),
             fmt::format("{} executed by the tensor engine, {} of them useful",
                         si(static_cast<double>(roof.executed_macs), "MAC"), percent(useful))});
  table.row({"device memory", si(static_cast<double>(roof.dram_read + roof.dram_written), "B"),
             fmt::format("{} read, {} written", si(static_cast<double>(roof.dram_read), "B"),
                         si(static_cast<double>(roof.dram_written), "B"))});
  table.row({"intensity", fmt::format("{:.4g} flop/B", roof.intensity),
             fmt::format("compute-bound above {:.4g} ({} at {:.4g} GB/s)", roof.peak_tflops * 1e3 / roof.bytes_per_ns,
                         tflops(roof.peak_tflops), roof.bytes_per_ns)});
  table.row({"attainable", tflops(roof.attainable_tflops), "peak, or intensity x bandwidth"});
  table.row({"achieved", tflops(roof.achieved_tflops),
             percent(roof.achieved_tflops / roof.attainable_tflops) + " of attainable"});
  return "\nArithmetic\n" + table.text();
}

std::string operators_text(const Report& report) {
  std::vector<const OperatorUse*> order;
  for (const OperatorUse& op : report.operators) order.push_back(&op);
  std::stable_sort(order.begin(), order.end(),
                   [](const OperatorUse* a, const OperatorUse* b) { return a->added_ns > b->added_ns; });
  order.resize(std::min(order.size(), kCostliest));
  Table table({kLeft, kLeft, kRight, kRight, kRight, kLeft, kLeft});
  table.row({"operator", "kind", "time", "share", "TFLOPS", "bound", "how it is computed"});
  for (const OperatorUse* op : order) {
    const double span = op->end_ns - op->start_ns;
    const std::string rate =
        op->macs == 0 || span <= 0 ? "-" : fmt::format("{:.1f}", 2e-3 * static_cast<double>(op->macs) / span);
    table.row({op->name, op->kind, duration(op->added_ns), percent(op->share), rate,
               op->bound == op->busiest ? fmt::format("{} {:.0f} %", op->bound, op->bound_share * 100)
                                        : fmt::format("{}, {} {:.0f} %", op->bound, op->busiest, op->bound_share * 100),
               op->decision});
  }
  return fmt::format(
             "\nCostliest {} of {} operators (time: how much later the run ended because of it; TFLOPS and bound: "
             "while it runs)\n",
             order.size(), report.operators.size()) +
         table.text();
}

std::string number(double value) { return std::isnan(value) ? "NaN" : fmt::format("{:.4g}", value); }

std::string snr_text(double db) {
  if (std::isnan(db)) return "NaN";
  return std::isinf(db) && db > 0 ? "exact" : fmt::format("{:.2f} dB", db);
}

std::string accuracy_text(const Report& report) {
  Table table({kLeft, kRight, kRight, kRight, kRight});
  table.row({"output", "max error", "mean error", "SNR", "correlation"});
  for (const OutputAccuracy& a : report.accuracy)
    table.row({a.output, number(a.max_error), number(a.mean_error), snr_text(a.snr_db),
               std::isnan(a.correlation) ? "NaN" : fmt::format("{:.6f}", a.correlation)});
  std::string text = "\nAccuracy against the fp32 reference\n" + table.text();
  if (report.boxes) {
    const BoxAccuracy& b = *report.boxes;
    text += fmt::format(
        "  boxes: {} of {} matched at IoU {:.2f} or more, {} found; mean IoU {:.4f}, least {:.4f}, corners within "
        "{:.2f} pixels\n",
        b.matched, b.expected, b.threshold, b.found, b.mean_iou, b.min_iou, b.largest_corner_distance);
  }
  return text;
}

std::string padding_text(const Report& report) {
  const Padding& p = *report.padding;
  Table table({kLeft, kRight, kLeft});
  table.row({"inputs", p.sizes, ""});
  table.row({"program", p.bucket, fmt::format("of the buckets {}", fmt::join(p.buckets, "; "))});
  table.row({"wasted", percent(p.wasted), "of the " + p.of});
  if (p.exact && report.latency) {
    table.row({"exact fit", duration(p.exact->device_ns),
               fmt::format("of device time; the bucket takes {}", duration(report.latency->device_ns))});
    table.row({"", duration(p.exact->call_ns()),
               fmt::format("per call; the bucket takes {}", duration(report.latency->call_ns()))});
  }
  if (p.effect)
    table.row({"effect", number(p.effect->max_error),
               fmt::format("largest change of '{}' by padding alone, in fp32; correlation {:.6f}", p.effect->output,
                           p.effect->correlation)});
  return "\nPadding\n" + table.text();
}

std::string checks_text(const std::vector<CheckResult>& checks) {
  Table table({kLeft, kRight, kRight, kLeft});
  table.row({"check", "wanted", "found", ""});
  for (const CheckResult& check : checks)
    table.row({check.check, number(check.wanted), number(check.found), check.passed ? "ok" : "FAILED"});
  return "\nChecks\n" + table.text();
}

std::string host_text(const Report& report) {
  const HostFacts& host = report.host;
  std::string text = fmt::format(
      "\nHost (differs between runs)\n  {:.2f} s in all: compile {:.2f}, simulate {:.2f}, reference {:.2f}; {} threads",
      host.seconds, host.compile_seconds, host.simulate_seconds, host.reference_seconds, host.threads);
  if (host.peak_memory_bytes > 0) text += fmt::format("; {} peak memory", si(host.peak_memory_bytes, "B"));
  text += "\n";
  if (report.instructions > 0 && report.kernel_events > 0)
    text += fmt::format("  {:.2f} SystemC kernel events per instruction",
                        static_cast<double>(report.kernel_events) / static_cast<double>(report.instructions));
  if (report.latency && host.simulate_seconds > 0)
    text += fmt::format("; simulated time passed {:.4g} times slower than real time",
                        host.simulate_seconds * 1e9 / report.latency->device_ns);
  return text + "\n";
}

}  // namespace

std::string report_text(const Report& report, bool with_host) {
  std::string text =
      fmt::format("{} on {}, {}, {}\n", report.model, report.chip_title, workflow::text(report.precision),
                  report.stages ? fmt::format("{} NeuronCores in a pipeline", report.stages->stages.size())
                                : std::string("one NeuronCore"));
  for (const std::string& note : report.notes) text += "  " + note + "\n";
  if (report.weights) text += "  " + weights_text(*report.weights) + "\n";
  if (report.box_count) text += fmt::format("  {} text boxes found\n", *report.box_count);
  if (report.padding) text += padding_text(report);
  if (report.stages) text += stages_text(*report.stages);
  if (report.segments.size() > 1) text += segments_text(report.segments);
  if (report.latency) text += latency_text(*report.latency);
  if (report.busy) text += busy_text(*report.busy);
  if (report.throughput) text += throughput_text(report);
  if (report.energy) text += fmt::format("\nEnergy of a call, by the chip file\n  {}\n", energy_text(*report.energy));
  if (report.load) text += load_text(*report.load);
  if (report.latency && !report.engines.empty()) text += engines_text(report);
  if (report.roofline) text += roofline_text(*report.roofline);
  if (report.latency && !report.operators.empty()) text += operators_text(report);
  if (!report.ledger.empty()) text += "\nOperators of the model\n" + ledger_text(report.ledger);
  if (!report.accuracy.empty()) text += accuracy_text(report);
  if (report.layers) text += layer_errors_text(*report.layers);
  if (!report.checks.empty()) text += checks_text(report.checks);
  if (with_host) text += host_text(report);
  return text;
}

}  // namespace inf::workflow
