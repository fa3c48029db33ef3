#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/auto_cast.h"
#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/ocr.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr int kVersion = 1;         // of the documents in docs/json.md
constexpr std::size_t kShown = 32;  // words in the text report

// Timing alone: no boxes, no texts, no picture.
bool without_values(const OcrResult& r) { return r.head.mode == "timing"; }

// One page after the other on one core; copies and runtime of a call are hidden behind other pages only in throughput.
double page_ns(const OcrResult& r) { return r.detect.latency->call_ns() + r.reading->call_ns(); }

std::string stages_text(const OcrResult& r) {
  Table table({kLeft, kLeft, kRight, kRight, kRight, kRight, kRight, kRight});
  table.row({"stage", "model", "calls", "words", "padded", "device", "latency", "share"});
  const auto row = [&](const char* stage, const std::string& model, int calls, std::size_t words, int padded,
                       const Latency& latency) {
    table.row({stage, model, fmt::format("{}", calls), words == 0 ? "-" : fmt::format("{}", words),
               words == 0 ? "-" : fmt::format("{}", padded), duration(latency.device_ns), duration(latency.call_ns()),
               percent(latency.call_ns() / page_ns(r))});
  };
  row("find boxes", r.detect.model, 1, 0, 0, *r.detect.latency);
  row("read words", fmt::format("{}, {}", r.reader, r.mode), static_cast<int>(r.plan.calls.size()),
      static_cast<std::size_t>(r.count), r.plan.padded(), *r.reading);
  std::string text =
      "\nOne page on one core (image work on the host - scaling, boxes, crops - is not counted)\n" + table.text();
  text += fmt::format("  end to end {}, {} of the instance\n", duration(page_ns(r)), si(r.page_per_s, "pages/s"));
  for (const CostLine& cost : r.cost)
    text += fmt::format("  {}, {}: {:.4g} USD per million pages, at {:.5g} USD per hour ({})\n", cost.instance,
                        cost.plan, cost.usd_per_million, cost.usd_per_hour, cost.date);
  if (r.energy) text += fmt::format("  energy of a page: {}\n", energy_text(*r.energy));
  return text;
}

std::string buckets_text(const OcrResult& r) {
  Table table({kRight, kRight, kRight, kRight, kRight});
  table.row({"batch", "device", "per word", "calls", "padded"});
  for (const Bucket& b : r.buckets)
    table.row({fmt::format("{}", b.batch), duration(b.latency->device_ns), duration(b.latency->device_ns / b.batch),
               fmt::format("{}", b.calls), fmt::format("{}", b.padded)});
  return "\nBatches of the reader (device: a call that decodes every position)\n" + table.text() +
         fmt::format("  padding: {} of {} places empty, {} of {} on them\n", r.plan.padded(), r.count + r.plan.padded(),
                     duration(r.plan.padding_cost), duration(r.plan.cost));
}

std::string words_text(const OcrResult& r) {
  Table table({kRight, kLeft, kRight, kLeft});
  table.row({"box", "text", "confidence", "in fp32"});
  for (std::size_t i = 0; i < r.words.size() && i < kShown; ++i) {
    const OcrWord& word = r.words[i];
    table.row({fmt::format("{}", i + 1), word.read.text, fmt::format("{:.3f}", word.read.confidence),
               !word.reference                          ? "-"
               : word.reference->text == word.read.text ? "the same"
                                                        : word.reference->text});
  }
  std::string text = "\nWords\n" + table.text();
  if (r.words.size() > kShown) text += fmt::format("  and {} more, in boxes.json\n", r.words.size() - kShown);
  return text;
}

Json boxes_with_texts(const OcrResult& r) {
  std::vector<TextBox> boxes;
  for (const OcrWord& word : r.words) boxes.push_back(word.box);
  Json json = Json::parse(boxes_json(boxes));
  for (std::size_t i = 0; i < r.words.size(); ++i) {
    Json& box = json["boxes"][i];
    box["text"] = r.words[i].read.text;
    box["confidence"] = figure(r.words[i].read.confidence);
    if (r.words[i].reference) box["reference_text"] = r.words[i].reference->text;
  }
  return json;
}

Json stage_json(const Latency& latency) {
  return {{"device_ns", figure(latency.device_ns)},
          {"runtime_ns", figure(latency.overhead_ns)},
          {"copy_ns", figure(latency.copy_ns)},
          {"host_ns", figure(latency.host_ns)},
          {"calls", latency.calls},
          {"call_ns", figure(latency.call_ns())}};
}

Json time_json(const OcrResult& r) {
  Json buckets = Json::array(), costs = Json::array();
  for (const Bucket& b : r.buckets)
    buckets.push_back(
        {{"batch", b.batch}, {"device_ns", figure(b.latency->device_ns)}, {"calls", b.calls}, {"padded", b.padded}});
  for (const CostLine& cost : r.cost)
    costs.push_back({{"instance", cost.instance},
                     {"plan", cost.plan},
                     {"usd_per_hour", cost.usd_per_hour},
                     {"usd_per_million_pages", figure(cost.usd_per_million)},
                     {"price_date", cost.date},
                     {"price_source", cost.source}});
  Json json = {{"find", stage_json(*r.detect.latency)},
               {"read", stage_json(*r.reading)},
               {"page_ns", figure(page_ns(r))},
               {"page_per_s", figure(r.page_per_s)},
               {"batches", std::move(buckets)},
               {"padding", {{"words", r.plan.padded()}, {"ns", figure(r.plan.padding_cost)}}},
               {"cost", std::move(costs)}};
  if (r.energy) json["energy"] = energy_json(*r.energy);
  return json;
}

}  // namespace

std::string ocr_text(const OcrResult& r, bool with_host) {
  const Report& head = r.head;
  std::string text = fmt::format("{}: {}, then {} ({}) on {}, {}, one NeuronCore\n", head.workload,
                                 r.detect.model.empty() ? "boxes" : r.detect.model, r.reader, r.mode, head.chip_title,
                                 workflow::text(head.precision));
  for (const std::string& note : r.detect.notes) text += "  " + note + "\n";
  for (const std::string& note : head.notes) text += "  " + note + "\n";
  if (without_values(r))
    text += fmt::format("  {} words on the page, as pipeline.words says", r.count);
  else
    text += fmt::format("  {} text boxes found", r.words.size());
  if (!r.words.empty() && r.words.front().reference)
    text += fmt::format(", {} read as in fp32 on the same crops", r.same);
  text += "\n";
  if (r.reading) text += stages_text(r) + buckets_text(r);
  if (!without_values(r)) text += words_text(r);
  if (!with_host) return text;
  const HostFacts& host = head.host;
  return text +
         fmt::format("\nHost (differs between runs)\n  {:.2f} s in all: simulate {:.2f}; {} threads; {} peak memory\n",
                     host.seconds, host.simulate_seconds, host.threads, si(host.peak_memory_bytes, "B"));
}

std::string ocr_json(const OcrResult& r) {
  const Report& head = r.head;
  Json json = {{"document", "inf-sim run, pipeline"},
               {"version", kVersion},
               {"workload", head.workload},
               {"finder", r.detect.model},
               {"reader", r.reader},
               {"reader_mode", r.mode},
               {"chip", {{"name", head.chip}, {"title", head.chip_title}, {"hash", head.chip_hash}}},
               {"dtype", name(head.precision.compute)},
               {"storage_dtype", name(head.precision.storage)},
               {"mode", head.mode},
               {"notes", head.notes}};
  if (r.reading) json["time"] = time_json(r);
  if (without_values(r)) {
    json["words"] = r.count;
  } else {
    json["same_text"] = r.same;
    json["boxes"] = boxes_with_texts(r)["boxes"];
  }
  json["passed"] = head.passed();
  json["host"] = {{"seconds", head.host.seconds},
                  {"simulate_seconds", head.host.simulate_seconds},
                  {"threads", head.host.threads},
                  {"peak_memory_bytes", head.host.peak_memory_bytes}};
  return json.dump(2) + "\n";
}

std::vector<std::string> write_ocr(const OcrResult& r, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  write_file_atomically(folder / "report.txt", ocr_text(r));
  write_file_atomically(folder / "report.json", ocr_json(r));
  if (without_values(r)) return {"report.txt", "report.json"};
  write_file_atomically(folder / "boxes.json", boxes_with_texts(r).dump(2) + "\n");
  write_file_atomically(folder / "page_boxes.png", encode_png(r.page));
  return {"report.txt", "report.json", "boxes.json", "page_boxes.png"};
}

}  // namespace inf::workflow
