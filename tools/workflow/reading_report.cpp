#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/auto_cast.h"
#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/reading.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr int kVersion = 1;         // of the documents in docs/json.md
constexpr std::size_t kShown = 24;  // words in the text report

std::string form_name(const ReadingLine& line) {
  return line.refine > 0 ? fmt::format("{} + {}", line.mode, line.refine) : line.mode;
}

std::string time_text(const Reading& reading) {
  Table table({kLeft, kRight, kRight, kRight, kRight, kRight, kRight, kRight, kRight});
  table.row(
      {"mode", "positions", "batch", "calls", "device", "slowest", "call", "words per second", "USD per million"});
  for (const ReadingLine& line : reading.lines)
    table.row({form_name(line), fmt::format("{}", line.positions), fmt::format("{}", line.batch),
               fmt::format("{}", line.calls), duration(line.latency->device_ns), duration(line.slowest->device_ns),
               duration(line.latency->call_ns()), si(line.word_per_s, "/s"),
               fmt::format("{:.4g}", line.cost.front().usd_per_million)});
  const CostLine& cost = reading.lines.front().cost.front();
  std::string text =
      "\nTime and cost (device: of one call, mean over the calls; words per second: the instance, full batches)\n" +
      table.text() +
      fmt::format("  {}, {}: {:.5g} USD per hour ({})\n", cost.instance, cost.plan, cost.usd_per_hour, cost.date);
  for (const ReadingLine& line : reading.lines)
    if (line.energy) text += fmt::format("  energy of a call of {}: {}\n", form_name(line), energy_text(*line.energy));
  return text;
}

std::string number(double value, int digits) {
  return std::isnan(value) ? "NaN" : fmt::format("{:.{}f}", value, digits);
}

std::string share(std::size_t part, std::size_t of) { return fmt::format("{} of {}", part, of); }

std::string accuracy_text(const Reading& reading) {
  Table table({kLeft, kRight, kRight, kRight, kRight, kRight, kRight});
  table.row({"mode", "right", "as fp32 " + reading.yardstick, "correlation", "max error", "own correlation",
             "own max error"});
  for (const ReadingLine& line : reading.lines) {
    if (!line.ar) continue;
    table.row({form_name(line), reading.known > 0 ? share(line.right, reading.known) : "-",
               share(line.same, reading.words.size()), number(line.ar->correlation, 6),
               fmt::format("{:.3g}", line.ar->max_error), number(line.own->correlation, 6),
               fmt::format("{:.3g}", line.own->max_error)});
  }
  return fmt::format(
             "\nAccuracy (right: reads what the word says; correlation and max error: logits against fp32 {}; own: "
             "against the same mode in fp32)\n",
             reading.yardstick) +
         table.text();
}

std::string words_text(const Reading& reading) {
  std::vector<Table::Align> columns(reading.lines.size() * 2 + 3, kLeft);
  Table table(columns);
  std::vector<std::string> head{"word", "says", "fp32 " + reading.yardstick};
  for (const ReadingLine& line : reading.lines) head.insert(head.end(), {form_name(line), "confidence"});
  table.row(head);
  for (std::size_t w = 0; w < reading.words.size() && w < kShown; ++w) {
    const ReadWord& word = reading.words[w];
    std::vector<std::string> row{word.name, word.text.value_or("-"), word.reference ? word.reference->text : "-"};
    for (const ReadingLine& line : reading.lines) {
      const bool read = w < line.texts.size();
      row.push_back(read ? line.texts[w].text : "-");
      row.push_back(read ? fmt::format("{:.3f}", line.texts[w].confidence) : "-");
    }
    table.row(row);
  }
  std::string text = "\nWords\n" + table.text();
  if (reading.words.size() > kShown)
    text += fmt::format("  and {} more, in words.json\n", reading.words.size() - kShown);
  return text;
}

std::string checks_text(const std::vector<CheckResult>& checks) {
  Table table({kLeft, kRight, kRight, kLeft});
  table.row({"check", "wanted", "found", ""});
  for (const CheckResult& check : checks)
    table.row({check.check, fmt::format("{:.4g}", check.wanted), fmt::format("{:.4g}", check.found),
               check.passed ? "ok" : "FAILED"});
  return "\nChecks\n" + table.text();
}

Json accuracy_json(const OutputAccuracy& a) {
  return {{"max_error", figure(a.max_error)},
          {"mean_error", figure(a.mean_error)},
          {"snr_db", figure(a.snr_db)},
          {"correlation", figure(a.correlation)}};
}

Json time_json(const ReadingLine& line) {
  Json costs = Json::array();
  for (const CostLine& cost : line.cost)
    costs.push_back({{"instance", cost.instance},
                     {"plan", cost.plan},
                     {"usd_per_hour", cost.usd_per_hour},
                     {"usd_per_million_words", figure(cost.usd_per_million)},
                     {"price_date", cost.date},
                     {"price_source", cost.source}});
  Json json = {{"calls", line.calls},
               {"device_ns", figure(line.latency->device_ns)},
               {"slowest_device_ns", figure(line.slowest->device_ns)},
               {"call_ns", figure(line.latency->call_ns())},
               {"host_ns", figure(line.latency->host_ns)},
               {"word_per_s", figure(line.word_per_s)},
               {"cost", std::move(costs)}};
  if (line.energy) json["energy"] = energy_json(*line.energy);
  json["instructions"] = line.instructions;
  json["device_memory_bytes"] = line.device_memory_bytes;
  json["host_segments"] = line.host_segments;
  return json;
}

Json line_json(const Reading& reading, const ReadingLine& line) {
  Json json = {{"mode", line.mode}, {"refine", line.refine}, {"positions", line.positions}, {"batch", line.batch}};
  if (line.latency) json["time"] = time_json(line);
  if (!line.ar) return json;
  json["same_text"] = line.same;
  if (reading.known > 0) json["right_text"] = line.right;
  json["against_yardstick"] = accuracy_json(*line.ar);
  json["against_own_fp32"] = accuracy_json(*line.own);
  return json;
}

Json read_json(const ReadText& read) { return {{"text", read.text}, {"confidence", figure(read.confidence)}}; }

Json words_json(const Reading& reading) {
  Json words = Json::array();
  for (std::size_t w = 0; w < reading.words.size(); ++w) {
    const ReadWord& word = reading.words[w];
    Json json = {{"word", word.name}};
    if (word.text) json["says"] = *word.text;
    if (word.reference) json["reference"] = read_json(*word.reference);
    Json modes = Json::object();
    for (const ReadingLine& line : reading.lines)
      if (w < line.texts.size()) modes[line.mode] = read_json(line.texts[w]);
    if (!modes.empty()) json["read"] = std::move(modes);
    words.push_back(std::move(json));
  }
  return words;
}

Json host_json(const HostFacts& h) {
  return {{"seconds", h.seconds},
          {"compile_seconds", h.compile_seconds},
          {"simulate_seconds", h.simulate_seconds},
          {"reference_seconds", h.reference_seconds},
          {"threads", h.threads},
          {"peak_memory_bytes", h.peak_memory_bytes}};
}

}  // namespace

std::string reading_text(const Reading& reading, bool with_host) {
  const Report& head = reading.head;
  std::string text =
      fmt::format("{} on {}, {}, one NeuronCore\n", head.model, head.chip_title, workflow::text(head.precision));
  for (const std::string& note : head.notes) text += "  " + note + "\n";
  text += fmt::format("  {} words\n", reading.words.size());
  const bool timed = !reading.lines.empty() && reading.lines.front().latency.has_value();
  if (timed) text += time_text(reading);
  if (!reading.lines.empty() && reading.lines.front().ar) text += accuracy_text(reading);
  if (!reading.lines.empty() && !reading.lines.front().texts.empty()) text += words_text(reading);
  if (!head.checks.empty()) text += checks_text(head.checks);
  if (!with_host) return text;
  const HostFacts& host = head.host;
  return text + fmt::format(
                    "\nHost (differs between runs)\n  {:.2f} s in all: compile {:.2f}, simulate {:.2f}, reference "
                    "{:.2f}; {} threads; {} peak memory\n",
                    host.seconds, host.compile_seconds, host.simulate_seconds, host.reference_seconds, host.threads,
                    si(host.peak_memory_bytes, "B"));
}

std::string reading_json(const Reading& reading) {
  const Report& head = reading.head;
  Json lines = Json::array(), checks = Json::array();
  for (const ReadingLine& line : reading.lines) lines.push_back(line_json(reading, line));
  for (const CheckResult& c : head.checks)
    checks.push_back(
        {{"check", c.check}, {"wanted", figure(c.wanted)}, {"found", figure(c.found)}, {"passed", c.passed}});
  const Json json = {{"document", "inf-sim run, words"},
                     {"version", kVersion},
                     {"workload", head.workload},
                     {"model", head.model},
                     {"chip", {{"name", head.chip}, {"title", head.chip_title}, {"hash", head.chip_hash}}},
                     {"dtype", name(head.precision.compute)},
                     {"storage_dtype", name(head.precision.storage)},
                     {"mode", head.mode},
                     {"notes", head.notes},
                     {"yardstick", reading.yardstick},
                     {"modes", std::move(lines)},
                     {"words", words_json(reading)},
                     {"checks", std::move(checks)},
                     {"passed", head.passed()},
                     {"host", host_json(head.host)}};
  return json.dump(2) + "\n";
}

std::vector<std::string> write_reading(const Reading& reading, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  write_file_atomically(folder / "report.txt", reading_text(reading));
  write_file_atomically(folder / "report.json", reading_json(reading));
  write_file_atomically(folder / "words.json", Json{{"words", words_json(reading)}}.dump(2) + "\n");
  return {"report.txt", "report.json", "words.json"};
}

}  // namespace inf::workflow
