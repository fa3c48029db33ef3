#include "tools/workflow/crossover.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

/// The cheapest offer within a limit, or null.
const Offer* cheapest(const std::vector<Offer>& offers, double limit_ns) {
  const Offer* best = nullptr;
  for (const Offer& offer : offers)
    if (offer.latency_ns <= limit_ns && (best == nullptr || offer.usd < best->usd)) best = &offer;
  return best;
}

double fastest(const std::vector<Offer>& offers) {
  double ns = std::numeric_limits<double>::infinity();
  for (const Offer& offer : offers) ns = std::min(ns, offer.latency_ns);
  return ns;
}

}  // namespace

Crossover cross(const std::vector<Offer>& a, const std::vector<Offer>& b) {
  Crossover result;
  result.a_possible_ns = fastest(a);
  result.b_possible_ns = fastest(b);
  std::vector<double> limits;
  for (const auto* offers : {&a, &b})
    for (const Offer& offer : *offers) limits.push_back(offer.latency_ns);
  std::sort(limits.begin(), limits.end());
  const double both = std::max(result.a_possible_ns, result.b_possible_ns);
  result.always = true;
  bool before = false;
  for (const double limit : limits) {
    if (limit < both) continue;
    const Offer *of_a = cheapest(a, limit), *of_b = cheapest(b, limit);
    const bool cheaper = of_a->usd < of_b->usd;
    if (!cheaper) result.always = false;
    if (cheaper && !before) {
      if (!result.ever) result.first_ns = limit;
      result.ever = true;
      result.from_ns = limit;
    }
    if (cheaper != before || (!result.ever && limit == limits.back())) result.a = *of_a, result.b = *of_b;
    before = cheaper;
  }
  result.lasting = before;
  return result;
}

namespace {

std::string offer_text(const Offer& offer) {
  return fmt::format("{} at {:.4g} USD per million", offer.what, offer.usd);
}

std::string sentence(const std::string& a, const std::string& b, const char* plan, const Crossover& c) {
  const std::string pair = fmt::format("{} against {}, {}: ", a, b, plan);
  const std::string offers = fmt::format("{} against {}", offer_text(c.a), offer_text(c.b));
  if (!c.ever) return fmt::format("{}{} never becomes cheaper; at best {}.", pair, a, offers);
  std::string only;
  if (c.b_possible_ns < c.a_possible_ns)
    only = fmt::format("; below {} only {} answers in time", duration(c.a_possible_ns), b);
  if (c.a_possible_ns < c.b_possible_ns)
    only = fmt::format("; below {} only {} answers in time", duration(c.b_possible_ns), a);
  if (c.always)
    return fmt::format("{}{} is cheaper at every latency limit that both meet: {}{}.", pair, a, offers, only);
  if (c.lasting)
    return fmt::format("{}{} becomes cheaper once a call may take {}: {}{}.", pair, a, duration(c.from_ns), offers,
                       only);
  return fmt::format("{}{} is cheaper for limits from {} on, but no longer once a call may take more: then {}{}.", pair,
                     a, duration(c.first_ns), offers, only);
}

}  // namespace

std::vector<std::string> crossover_sentences(const Comparison& comparison) {
  std::vector<std::string> families;
  std::map<std::string, std::vector<Offer>> on_demand, reserved;
  for (const ComparePoint& point : comparison.points) {
    if (!point.feasible()) continue;
    if (std::find(families.begin(), families.end(), point.family) == families.end()) families.push_back(point.family);
    const auto offer = [&](const OperatingPoint& at) {
      const std::string what = fmt::format("{}, batch {}, {} worker{} per core", point.instance, point.batch,
                                           at.workers, at.workers == 1 ? "" : "s");
      if (std::isfinite(at.usd_on_demand)) on_demand[point.family].push_back({at.p99_ns, at.usd_on_demand, what});
      if (std::isfinite(at.usd_reserved)) reserved[point.family].push_back({at.p99_ns, at.usd_reserved, what});
    };
    offer(point.light);
    offer(point.full);
  }
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < families.size(); ++i)
    for (std::size_t j = i + 1; j < families.size(); ++j) {
      const std::string &a = families[i], &b = families[j];
      const auto tell = [&](const char* plan, const std::vector<Offer>& of_a, const std::vector<Offer>& of_b) {
        if (!of_a.empty() && !of_b.empty()) sentences.push_back(sentence(a, b, plan, cross(of_a, of_b)));
      };
      tell("on demand", on_demand[a], on_demand[b]);
      tell("reserved", reserved[a], reserved[b]);
    }
  return sentences;
}

}  // namespace inf::workflow
