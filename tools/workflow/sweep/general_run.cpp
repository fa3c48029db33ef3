#include "tools/workflow/sweep/general_run.h"

#include <cmath>

#include "tools/workflow/ocr.h"
#include "tools/workflow/reading.h"
#include "tools/workflow/run.h"
#include "tools/workflow/sweep/case_metrics.h"

namespace inf::workflow::sweep {
namespace {

Target target_of(const Case& c) { return {c.chip, c.instance, c.sizes}; }

RunOptions options_of(const Case& c) {
  RunOptions options;
  options.mode = c.mode;
  options.threads = 1;  // workers of a sweep share a machine
  return options;
}

double least_correlation(const std::vector<OutputAccuracy>& outputs) {
  double least = std::numeric_limits<double>::quiet_NaN();
  for (const OutputAccuracy& output : outputs) least = std::fmin(least, output.correlation);
  return least;
}

Measured run_words(const Case& c, Workload workload, Progress& progress) {
  if (auto* parseq = std::get_if<BuiltinParseq>(&workload.model)) parseq->modes.resize(1);
  const Reading reading = run_reading_on(target_of(c), workload, options_of(c), false, progress);
  const ReadingLine& line = reading.lines.front();
  Measured measured;
  measured.device_ns = line.latency->device_ns;
  measured.metrics[Metric::latency] = line.latency->call_ns();
  measured.metrics[Metric::throughput] = line.word_per_s;
  for (const CostLine& cost : line.cost)
    if (cost.plan == "on demand") measured.metrics[Metric::usd_per_million] = cost.usd_per_million;
  if (line.energy) measured.metrics[Metric::energy] = line.energy->total_j() / static_cast<double>(line.batch);
  if (line.own) measured.metrics[Metric::accuracy] = line.own->correlation;
  return measured;
}

}  // namespace

Measured run_model(const Case& c, const Workload& workload, double samples) {
  Progress quiet(false);
  if (workload.text) return run_words(c, workload, quiet);
  const Report report = run_on(target_of(c), workload, options_of(c), quiet).report;
  Measured measured;
  measured.device_ns = report.latency->device_ns;
  measured.metrics = case_metrics(*report.latency, *report.throughput, report.cost, samples, report.energy);
  measured.metrics[Metric::accuracy] = least_correlation(report.accuracy);
  return measured;
}

Measured run_pages(const Case& c) {
  Progress quiet(false);
  const OcrResult page = run_ocr_on(target_of(c), resolve_pipeline(c.workload), options_of(c), false, quiet);
  Measured measured;
  measured.device_ns = page.detect.latency->device_ns + page.reading->device_ns;
  measured.metrics[Metric::latency] = page.detect.latency->call_ns() + page.reading->call_ns();
  measured.metrics[Metric::throughput] = page.page_per_s;
  for (const CostLine& cost : page.cost)
    if (cost.plan == "on demand") measured.metrics[Metric::usd_per_million] = cost.usd_per_million;
  if (page.energy) measured.metrics[Metric::energy] = page.energy->total_j();
  measured.metrics[Metric::accuracy] = least_correlation(page.detect.accuracy);
  return measured;
}

}  // namespace inf::workflow::sweep
