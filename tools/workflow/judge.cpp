#include "tools/workflow/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"
#include "tools/workflow/accuracy.h"
#include "tools/workflow/reference.h"

namespace inf::workflow {
namespace {

constexpr double kDefaultOverlap = 0.5;  // two boxes mean the same text
constexpr const char* kMapNames[] = {"region", "affinity"};

/// The output that post-processing reads: score maps [batch, height / 2, width / 2, 2], of which it takes the first.
std::size_t score_output(const RunResult& result, const Geometry& geometry) {
  const std::vector<std::int64_t> wanted = {geometry.canvas.height / 2, geometry.canvas.width / 2, 2};
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    const std::vector<std::int64_t>& shape = result.outputs[i].array.shape;
    if (shape.size() == 4 && std::equal(wanted.begin(), wanted.end(), shape.begin() + 1)) return i;
  }
  throw Error(ErrorKind::config, "post.craft",
              fmt::format("the model has no output of shape [batch, {}, {}, 2]", wanted[0], wanted[1]));
}

/// The score maps of the first picture of a batch.
std::span<const float> first_scores(const std::vector<float>& scores, const Geometry& geometry) {
  const auto one =
      static_cast<std::size_t>(geometry.canvas.height / 2) * static_cast<std::size_t>(geometry.canvas.width / 2) * 2;
  return std::span(scores).first(std::min(one, scores.size()));
}

OutputAccuracy row(std::string name, const Accuracy& a) {
  return {std::move(name), a.max_abs_error, a.mean_abs_error, a.snr_db, a.correlation};
}

void compare_outputs(const std::vector<Tensor>& reference, const std::optional<std::size_t>& scores,
                     RunResult& result) {
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    const NamedArray& output = result.outputs[i];
    result.report.accuracy.push_back(row(output.name, compare(output.array.data, reference[i].data)));
    if (scores != i) continue;
    const std::vector<Accuracy> maps = compare_along(output.array.data, reference[i].data, output.array.shape, -1);
    for (std::size_t m = 0; m < maps.size(); ++m)
      result.report.accuracy.push_back(row(fmt::format("{}, {} map", output.name, kMapNames[m]), maps[m]));
  }
}

void compare_boxes(const std::vector<TextBox>& reference, double threshold, RunResult& result) {
  const BoxMatch match = match_boxes(reference, result.boxes, threshold);
  result.report.boxes = BoxAccuracy{match.expected,
                                    match.found,
                                    match.matched,
                                    threshold,
                                    match.mean_overlap,
                                    match.min_overlap,
                                    match.largest_corner_distance};
}

/// Every output must meet every tolerance; the worst one is reported.
void check(const Checks& checks, Report& report) {
  const auto worst = [&](auto figure, bool smallest) {
    double found = smallest ? INFINITY : -INFINITY;
    for (const OutputAccuracy& a : report.accuracy) {
      const double value = figure(a);
      if (std::isnan(value)) return value;
      found = smallest ? std::min(found, value) : std::max(found, value);
    }
    return found;
  };
  const auto at_least = [&](const char* name, const std::optional<double>& wanted, double found) {
    if (wanted) report.checks.push_back({name, *wanted, found, found >= *wanted});
  };
  at_least("correlation", checks.min_correlation, worst([](const OutputAccuracy& a) { return a.correlation; }, true));
  at_least("SNR, dB", checks.min_snr_db, worst([](const OutputAccuracy& a) { return a.snr_db; }, true));
  const double error = worst([](const OutputAccuracy& a) { return a.max_error; }, false);
  if (checks.max_error) report.checks.push_back({"max error", *checks.max_error, error, error <= *checks.max_error});
  if (checks.min_box_iou && report.boxes) {
    const BoxAccuracy& b = *report.boxes;
    const bool all = b.matched == b.expected && b.matched == b.found;
    report.checks.push_back({"box IoU", *checks.min_box_iou, all ? b.min_iou : 0, all});
  }
}

}  // namespace

void judge(const Workload& workload, const LoadedWorkload& loaded, bool with_reference, Progress& progress,
           RunResult& result) {
  std::optional<std::size_t> scores;
  if (workload.post && loaded.picture) {
    const Geometry& geometry = loaded.picture->prepared.geometry;
    scores = score_output(result, geometry);
    result.boxes = find_boxes(first_scores(result.outputs[*scores].array.data, geometry), geometry, *workload.post);
    result.page = draw_boxes(loaded.picture->image, result.boxes);
    result.report.box_count = result.boxes.size();
  }
  if (!with_reference) return;
  progress.stage("fp32 reference");
  std::vector<std::vector<float>> inputs;
  for (const ModelInput& input : loaded.inputs) inputs.push_back(input.values);
  std::vector<Tensor> reference = run_reference(loaded.graph, inputs, [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<double>(done) / static_cast<double>(total));
  });
  compare_outputs(reference, scores, result);
  if (scores) {
    const Geometry& geometry = loaded.picture->prepared.geometry;
    compare_boxes(find_boxes(first_scores(reference[*scores].data, geometry), geometry, *workload.post),
                  workload.checks.min_box_iou.value_or(kDefaultOverlap), result);
  }
  check(workload.checks, result.report);
  for (std::size_t i = 0; i < result.outputs.size(); ++i)
    result.reference.push_back({result.outputs[i].name, {reference[i].shape, std::move(reference[i].data)}});
}

}  // namespace inf::workflow
