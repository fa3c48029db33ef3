#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/page/page.h"
#include "tools/workflow/report_page/parts.h"
#include "tools/workflow/report_page/pictures.h"

namespace inf::workflow::page {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMapSide = 300;                   // pixels of a score map
constexpr std::size_t kPictureBytes = 500'000;  // of the PNG file in the page
constexpr std::size_t kTop = 5, kMostClasses = 100'000, kMostRows = 4;
constexpr int kLeastDecade = -8;  // errors below 1e-8 count as the first bar of the distribution

struct Range {
  float low = INFINITY, high = -INFINITY;
  void add(const Plane& plane) {
    for (const float v : plane.values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
};

Json map_json(const std::string& name, const Plane& chip, const Plane* reference) {
  const int factor = shrink_factor(chip.height, chip.width, kMapSide);
  Range range;
  range.add(chip);
  if (reference) range.add(*reference);
  const auto uri = [&](const Plane& plane, float low, float high) {
    return png_uri(encode_png(coloured(plane, low, high)));
  };
  Json json = {{"name", name},     {"width", chip.width},      {"height", chip.height},
               {"shrunk", factor}, {"low", figure(range.low)}, {"high", figure(range.high)}};
  json["chip"] = uri(shrink(chip, factor, false), range.low, range.high);
  if (!reference) return json;
  json["reference"] = uri(shrink(*reference, factor, false), range.low, range.high);
  Plane difference = chip;
  for (std::size_t i = 0; i < difference.values.size(); ++i)
    difference.values[i] = std::fabs(chip.values[i] - reference->values[i]);
  Range errors;
  errors.add(difference);
  json["largest_difference"] = figure(errors.high);
  json["difference"] = uri(shrink(difference, factor, true), 0, errors.high);
  return json;
}

Json maps_json(const RunResult& result) {
  Json list = Json::array();
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    const std::vector<Plane> chip = planes_of(result.outputs[i].array);
    std::vector<Plane> reference;
    if (i < result.reference.size()) reference = planes_of(result.reference[i].array);
    for (std::size_t c = 0; c < chip.size(); ++c) {
      const std::string name = result.outputs[i].name + (chip.size() > 1 ? "[" + std::to_string(c) + "]" : "");
      list.push_back(map_json(name, chip[c], c < reference.size() ? &reference[c] : nullptr));
    }
  }
  return list;
}

/// The largest of one row of scores, with what the reference gives there and which place it has in it.
Json top_json(const float* chip, const float* reference, std::size_t classes) {
  std::vector<std::size_t> order(classes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t shown = std::min(kTop, classes);
  const auto rank = [&](const float* values) {
    std::vector<std::size_t> best = order;
    std::partial_sort(
        best.begin(), best.begin() + static_cast<std::ptrdiff_t>(shown), best.end(),
        [&](std::size_t a, std::size_t b) { return values[a] > values[b] || (values[a] == values[b] && a < b); });
    best.resize(shown);
    return best;
  };
  const std::vector<std::size_t> first = rank(chip), second = reference ? rank(reference) : std::vector<std::size_t>{};
  Json rows = Json::array();
  for (std::size_t i = 0; i < shown; ++i) {
    Json row = {{"class", first[i]}, {"chip", figure(chip[first[i]])}};
    if (reference)
      row["reference"] = figure(reference[first[i]]), row["reference_class"] = second[i],
      row["reference_value"] = figure(reference[second[i]]);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json classes_json(const RunResult& result) {
  Json list = Json::array();
  for (std::size_t i = 0; i < result.outputs.size(); ++i) {
    const NpyArray& chip = result.outputs[i].array;
    if (chip.shape.size() != 2 || chip.shape[1] < 2) continue;
    const auto classes = static_cast<std::size_t>(chip.shape[1]);
    if (classes > kMostClasses || chip.data.size() != classes * static_cast<std::size_t>(chip.shape[0])) continue;
    if (std::any_of(chip.data.begin(), chip.data.end(), [](float v) { return !std::isfinite(v); })) continue;
    const float* reference = i < result.reference.size() ? result.reference[i].array.data.data() : nullptr;
    for (std::size_t row = 0; row < std::min<std::size_t>(kMostRows, static_cast<std::size_t>(chip.shape[0])); ++row)
      list.push_back({{"output", result.outputs[i].name},
                      {"row", row},
                      {"classes", classes},
                      {"top", top_json(chip.data.data() + row * classes,
                                       reference ? reference + row * classes : nullptr, classes)}});
  }
  return list;
}

/// How many elements of an output are how wrong: exact ones, then one bar for each decade.
Json errors_json(const NamedArray& chip, const NamedArray& reference) {
  std::vector<std::int64_t> decades;
  std::int64_t exact = 0, not_finite = 0;
  for (std::size_t i = 0; i < chip.array.data.size() && i < reference.array.data.size(); ++i) {
    const double error = std::fabs(double{chip.array.data[i]} - double{reference.array.data[i]});
    if (error == 0) {
      ++exact;
    } else if (!std::isfinite(error)) {
      ++not_finite;
    } else {
      const int decade = std::max(kLeastDecade, static_cast<int>(std::floor(std::log10(error))));
      const auto at = static_cast<std::size_t>(decade - kLeastDecade);
      if (at >= decades.size()) decades.resize(at + 1, 0);
      ++decades[at];
    }
  }
  return {{"output", chip.name},      {"elements", chip.array.data.size()}, {"exact", exact},
          {"not_finite", not_finite}, {"first_decade", kLeastDecade},       {"decades", decades}};
}

}  // namespace

Json comparison(const PageSource& source) {
  Json json = Json::object();
  const Image* picture = source.page;
  if (source.model && source.model->page) picture = &*source.model->page;
  if (picture)
    json["picture"] = {
        {"width", picture->width}, {"height", picture->height}, {"uri", picture_uri(*picture, kPictureBytes)}};
  if (!source.model) return json;
  json["maps"] = maps_json(*source.model);
  json["classes"] = classes_json(*source.model);
  json["errors"] = Json::array();
  for (std::size_t i = 0; i < source.model->reference.size(); ++i)
    json["errors"].push_back(errors_json(source.model->outputs[i], source.model->reference[i]));
  return json;
}

}  // namespace inf::workflow::page
