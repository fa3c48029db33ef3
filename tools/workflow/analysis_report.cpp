#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/ir/names.h"
#include "tools/workflow/analysis.h"
#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of the document in docs/json.md
constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kNamed = 3;  // nodes or values that a line names

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string first_few(const std::vector<std::string>& names) {
  const std::vector<std::string> shown(names.begin(),
                                       names.begin() + static_cast<std::ptrdiff_t>(std::min(kNamed, names.size())));
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     names.size() > kNamed ? fmt::format(", and {} more", names.size() - kNamed) : "");
}

/// A reason's sentences: the importer joins what is wrong and the ways out by semicolons.
std::vector<std::string> sentences(const std::string& why) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= why.size();) {
    const std::size_t end = std::min(why.find("; ", start), why.size());
    parts.push_back(why.substr(start, end - start));
    start = end + 2;
  }
  return parts;
}

/// Without the ways out, which the findings give once for all nodes.
std::vector<compiler::LedgerEntry> shortened(std::vector<compiler::LedgerEntry> nodes) {
  for (compiler::LedgerEntry& node : nodes)
    if (node.fate == compiler::Fate::refused) node.into = sentences(node.into).front();
  return nodes;
}

std::string shares_text(const Analysis& a) {
  Table table({kLeft, kRight, kLeft});
  const auto operators = static_cast<std::int64_t>(a.operators), on_chip = static_cast<std::int64_t>(a.on_chip);
  table.row({"operators", percent(share(on_chip, operators)), fmt::format("{} of {} that run", on_chip, operators)});
  table.row({"arithmetic", a.macs == 0 ? "-" : percent(share(a.macs_on_chip, a.macs)),
             fmt::format("{} of {}", si(static_cast<double>(a.macs_on_chip), "MAC"),
                         si(static_cast<double>(a.macs), "MAC"))});
  std::size_t on_host = 0;
  for (const SegmentPlan& segment : a.segments) on_host += segment.place == compiler::Place::host ? 1 : 0;
  table.row({"sub-graphs", std::to_string(a.segments.size() - on_host),
             on_host == 0 ? "the whole model is one program" : fmt::format("beside {} off the chip", on_host)});
  return "\nOn the chip\n" + table.text();
}

std::string findings_text(const Analysis& a) {
  std::string text = "\nNot on the chip\n";
  for (const AnalysisFinding& f : a.findings) {
    const std::vector<std::string> parts = sentences(f.why);
    text +=
        fmt::format("  {} {}, {}: {}\n", f.nodes.size(), fmt::join(f.types, ", "), workflow::name(f.fate), parts[0]);
    text += fmt::format("    {} {}\n", f.nodes.size() == 1 ? "node" : "nodes", first_few(f.nodes));
    for (std::size_t i = 1; i < parts.size(); ++i) text += fmt::format("    {}\n", parts[i]);
    if (!f.way_out.empty()) text += fmt::format("    {}\n", f.way_out);
  }
  const bool could = std::any_of(a.segments.begin(), a.segments.end(), [](const SegmentPlan& s) {
    return s.place == compiler::Place::host && s.operators > 0;
  });
  if (could && !a.host_allowed)
    text += "  the host runs those that a chip lacks the parts or the room for: --host-ops allow\n";
  return text;
}

std::string segments_text(const Analysis& a) {
  Table table({kRight, kLeft, kRight, kRight, kRight, kRight, kRight, kLeft});
  table.row({"", "place", "operators", "refused", "MAC", "in", "out", "first operator"});
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    const SegmentPlan& s = a.segments[i];
    const bool nowhere = s.operators == 0 && s.refused > 0;
    table.row({std::to_string(i + 1), nowhere ? "none" : compiler::name(s.place),
               grouped(static_cast<std::int64_t>(s.operators)), s.refused == 0 ? "-" : std::to_string(s.refused),
               si(static_cast<double>(s.macs), ""), si(static_cast<double>(s.bytes_in), "B"),
               si(static_cast<double>(s.bytes_out), "B"), s.first});
  }
  return fmt::format("\nSub-graphs{}\n", a.host_allowed ? "" : ", were the host to run what it can") + table.text();
}

std::string symbols_text(const Analysis& a) {
  std::string text = "\nSymbolic dimensions\n";
  for (const SymbolUse& s : a.symbols) {
    text += fmt::format("  {} = {}{}: {}\n", s.name, s.size,
                        s.assumed ? fmt::format(" (assumed; --bind {}=SIZE)", s.name) : "", fmt::join(s.axes, ", "));
    std::vector<std::string> values;
    for (const SymbolicValue& v : s.values) values.push_back(fmt::format("{} {}", v.value, compiler::to_string(v.at)));
    if (!values.empty()) text += fmt::format("    {} values follow it: {}\n", values.size(), first_few(values));
    for (const std::string& refused : s.refused) text += fmt::format("    at {} = {}, {}\n", s.name, s.other, refused);
  }
  return text + "  a chip runs fixed sizes: --bind NAME=SIZE, or several programs with --bucket NAME=SIZE,...\n";
}

Json finding_json(const AnalysisFinding& f) {
  return {
      {"fate", workflow::name(f.fate)}, {"why", f.why}, {"way_out", f.way_out}, {"types", f.types}, {"nodes", f.nodes}};
}

Json segment_json(const SegmentPlan& s) {
  return {{"place", compiler::name(s.place)}, {"operators", s.operators}, {"refused", s.refused}, {"macs", s.macs},
          {"in_bytes", s.bytes_in},           {"out_bytes", s.bytes_out}, {"first", s.first}};
}

Json symbol_json(const SymbolUse& s) {
  Json values = Json::array();
  for (const SymbolicValue& v : s.values)
    values.push_back({{"value", v.value}, {"shape", v.at}, {"other_shape", v.other}});
  return {{"name", s.name}, {"size", s.size},   {"assumed", s.assumed}, {"other_size", s.other},
          {"axes", s.axes}, {"values", values}, {"refused", s.refused}};
}

}  // namespace

std::string analysis_text(const Analysis& a, bool per_node) {
  std::string text = fmt::format("{} on {}\n", a.model, a.chip_title);
  text += "\nOperators of the model\n" + ledger_text(a.ledger);
  text += shares_text(a);
  if (!a.findings.empty()) text += findings_text(a);
  if (a.segments.size() > 1) text += segments_text(a);
  if (!a.symbols.empty()) text += symbols_text(a);
  if (per_node) text += "\nNodes\n" + ledger_nodes_text(shortened(a.nodes));
  return text;
}

std::string analysis_json(const Analysis& a) {
  Json json = {{"document", "inf-sim analyze"},
               {"version", kVersion},
               {"model", a.model},
               {"chip", {{"name", a.chip}, {"title", a.chip_title}}},
               {"host_operators", a.host_allowed ? "allow" : "forbid"},
               {"operators", a.operators},
               {"operators_on_chip", a.on_chip},
               {"macs", a.macs},
               {"macs_on_chip", a.macs_on_chip}};
  const auto list = [&](const char* key, const auto& items, auto convert) {
    json[key] = Json::array();
    for (const auto& item : items) json[key].push_back(convert(item));
  };
  list("segments", a.segments, segment_json);
  list("findings", a.findings, finding_json);
  list("symbols", a.symbols, symbol_json);
  json["ledger"] = ledger_json(a.ledger);
  json["nodes"] = nodes_json(a.nodes);
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
