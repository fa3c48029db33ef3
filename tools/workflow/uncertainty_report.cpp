#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/uncertainty.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kNamed = 6;  // influences that the text names

std::string usd(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

std::string range_text(const Influence& i) {
  return fmt::format("{:.6g} in {:.6g}..{:.6g}{}", i.value, i.low, i.high, i.unit == "-" ? "" : " " + i.unit);
}

Json spread_json(const Spread3& spread) {
  return {{"p10", figure(spread.p10)}, {"p50", figure(spread.p50)}, {"p90", figure(spread.p90)}};
}

/// The duels in words.
std::vector<std::string> sentences(const Uncertainty& u) {
  std::vector<std::string> list;
  for (const Duel& duel : u.duels)
    list.push_back(fmt::format("{} beats {} in {} of the samples on latency, in {} on cost on demand, in {} reserved.",
                               duel.b, duel.a, percent(duel.faster), percent(duel.cheaper_on_demand),
                               percent(duel.cheaper_reserved)));
  return list;
}

}  // namespace

std::string uncertainty_text(const Uncertainty& u) {
  std::string text = fmt::format(
      "\nHow sure ({} samples of {} uncertain numbers of chips and instances, compiled and simulated again; seed {})\n",
      u.samples, u.parameters, u.seed);
  Table table({kLeft, kLeft, kLeft, kRight, kRight, kRight});
  table.row({"instance", "", "", "P10", "P50", "P90"});
  for (const UncertainPoint& p : u.points) {
    table.row({p.instance, p.what, "latency, every core at work", duration(p.latency_ns.p10),
               duration(p.latency_ns.p50), duration(p.latency_ns.p90)});
    table.row({"", "", "USD per million, on demand", usd(p.usd_on_demand.p10), usd(p.usd_on_demand.p50),
               usd(p.usd_on_demand.p90)});
    table.row({"", "", "USD per million, reserved", usd(p.usd_reserved.p10), usd(p.usd_reserved.p50),
               usd(p.usd_reserved.p90)});
  }
  text += table.text();
  Table influences({kLeft, kLeft, kLeft, kRight, kLeft});
  // Two standard deviations of the rank correlation of so many unrelated pairs.
  const double visible = 2 / std::sqrt(static_cast<double>(std::max<std::int64_t>(2, u.samples) - 1));
  influences.row({"latency follows", "", "", "rank correlation", "value and range"});
  for (const UncertainPoint& p : u.points) {
    std::size_t named = 0;
    for (const Influence& i : p.influences) {
      if (named == kNamed || std::fabs(i.correlation) < visible) break;
      influences.row({named == 0 ? p.instance : "", named == 0 ? p.what : "", i.path,
                      fmt::format("{:+.2f}", i.correlation), range_text(i)});
      ++named;
    }
  }
  text += influences.text();
  for (const std::string& sentence : sentences(u)) text += "  " + sentence + "\n";
  return text;
}

nlohmann::ordered_json uncertainty_json(const Uncertainty& u) {
  Json json = {{"samples", u.samples}, {"seed", u.seed}, {"parameters", u.parameters}};
  json["points"] = Json::array();
  for (const UncertainPoint& p : u.points) {
    Json point = {{"instance", p.instance},
                  {"family", p.family},
                  {"what", p.what},
                  {"latency_ns", spread_json(p.latency_ns)},
                  {"usd_per_million_on_demand", spread_json(p.usd_on_demand)},
                  {"usd_per_million_reserved", spread_json(p.usd_reserved)}};
    point["influences"] = Json::array();
    for (const Influence& i : p.influences)
      point["influences"].push_back({{"owner", i.owner},
                                     {"path", i.path},
                                     {"value", figure(i.value)},
                                     {"low", figure(i.low)},
                                     {"high", figure(i.high)},
                                     {"rank_correlation", figure(i.correlation)}});
    json["points"].push_back(std::move(point));
  }
  json["duels"] = Json::array();
  for (const Duel& duel : u.duels)
    json["duels"].push_back({{"a", duel.a},
                             {"b", duel.b},
                             {"b_faster", figure(duel.faster)},
                             {"b_cheaper_on_demand", figure(duel.cheaper_on_demand)},
                             {"b_cheaper_reserved", figure(duel.cheaper_reserved)}});
  json["sentences"] = sentences(u);
  return json;
}

}  // namespace inf::workflow
