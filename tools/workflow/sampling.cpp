#include "tools/workflow/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <variant>

#include "isa/arch/parameters.h"
#include "isa/base/overload.h"
#include "sim/kernel/serving/arrivals.h"

namespace inf::workflow {
namespace {

constexpr std::int64_t kKib = 1024;

/// Whose number a source says that this one is taken from, or nothing.
std::string taken_from(std::string_view source) {
  constexpr std::array<std::string_view, 4> kFromV2 = {"as v2", "as Inf2", "v2's", "Inf2's"};
  for (const std::string_view start : kFromV2)
    if (source.starts_with(start)) return "inf2";
  return {};
}

std::optional<double> number(const arch::Parameter::Target& target) {
  return std::visit(Overload{[](const int* v) { return std::optional<double>(*v); },
                             [](const std::int64_t* v) { return std::optional<double>(static_cast<double>(*v)); },
                             [](const double* v) { return std::optional<double>(*v); },
                             [](const bool*) { return std::optional<double>(); },
                             [](const std::vector<DType>*) { return std::optional<double>(); },
                             [](const std::string*) { return std::optional<double>(); }},
                    target);
}

std::int64_t whole(double value, std::int64_t nominal) {
  if (nominal >= kKib && nominal % kKib == 0) return std::llround(value / static_cast<double>(kKib)) * kKib;
  return std::llround(value);
}

void set(const arch::Parameter::Target& target, double value) {
  std::visit(Overload{[&](int* v) { *v = static_cast<int>(whole(value, *v)); },
                      [&](std::int64_t* v) { *v = whole(value, *v); }, [&](double* v) { *v = value; }, [](bool*) {},
                      [](std::vector<DType>*) {}, [](std::string*) {}},
             target);
}

std::optional<UncertainParameter> uncertain(const arch::Parameter& parameter,
                                            const std::map<std::string, arch::Provenance>& provenance,
                                            const std::string& owner) {
  const auto from = provenance.find(parameter.path);
  const std::optional<double> value = number(parameter.target);
  if (from == provenance.end() || !from->second.range || !value) return std::nullopt;
  const arch::Uncertainty range = *from->second.range;
  if (range.low >= range.high) return std::nullopt;
  const std::string other = taken_from(from->second.source);
  UncertainParameter found;
  found.cause = (other.empty() ? owner : other) + ":" + parameter.path;
  found.owner = owner;
  found.path = parameter.path;
  found.unit = parameter.unit;
  found.value = *value;
  found.low = std::min(range.low, *value);
  found.high = std::max(range.high, *value);
  return found;
}

template <class Parameters>
std::vector<UncertainParameter> all_uncertain(const Parameters& parameters,
                                              const std::map<std::string, arch::Provenance>& provenance,
                                              const std::string& owner) {
  std::vector<UncertainParameter> list;
  for (const arch::Parameter& parameter : parameters)
    if (auto found = uncertain(parameter, provenance, owner)) list.push_back(std::move(*found));
  return list;
}

std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return h;
}

template <class Parameters>
void draw_all(const Parameters& parameters, const std::map<std::string, arch::Provenance>& provenance,
              const std::string& owner, std::uint64_t seed, std::uint64_t sample) {
  for (const arch::Parameter& parameter : parameters)
    if (const auto found = uncertain(parameter, provenance, owner)) set(parameter.target, draw(*found, seed, sample));
}

}  // namespace

std::vector<UncertainParameter> uncertain_parameters(const arch::ChipSpec& chip) {
  arch::ChipSpec copy = chip;
  return all_uncertain(arch::parameters(copy), chip.provenance, chip.name);
}

std::vector<UncertainParameter> uncertain_parameters(const arch::InstanceSpec& instance) {
  arch::RuntimeSpec copy = instance.runtime;
  return all_uncertain(arch::runtime_parameters(copy), instance.provenance, instance.family);
}

double quantile(const UncertainParameter& parameter, double share) {
  share = std::clamp(share, 0.0, 1.0);
  const bool logarithmic = parameter.low > 0;
  const auto to = [&](double v) { return logarithmic ? std::log(v) : v; };
  const double a = to(parameter.low), c = to(parameter.value), b = to(parameter.high);
  const double peak = (c - a) / (b - a);
  const double at =
      share < peak ? a + std::sqrt(share * (b - a) * (c - a)) : b - std::sqrt((1 - share) * (b - a) * (b - c));
  return std::clamp(logarithmic ? std::exp(at) : at, parameter.low, parameter.high);
}

double draw(const UncertainParameter& parameter, std::uint64_t seed, std::uint64_t sample) {
  return quantile(parameter, sim::uniform(seed ^ hash(parameter.cause), sample));
}

arch::ChipSpec sampled(const arch::ChipSpec& chip, std::uint64_t seed, std::uint64_t sample) {
  arch::ChipSpec drawn = chip;
  draw_all(arch::parameters(drawn), chip.provenance, chip.name, seed, sample);
  return drawn;
}

arch::InstanceSpec sampled(const arch::InstanceSpec& instance, std::uint64_t seed, std::uint64_t sample) {
  arch::InstanceSpec drawn = instance;
  arch::RuntimeSpec& runtime = drawn.runtime;
  draw_all(arch::runtime_parameters(runtime), instance.provenance, instance.family, seed, sample);
  // Its parts are parts of the call's overhead.
  runtime.call_overhead_ns = std::max(runtime.call_overhead_ns, runtime.device_start_ns + runtime.library_ns);
  return drawn;
}

Spread3 spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    if (values.empty()) return 0.0;
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    if (values[below] == values[above]) return values[below];  // both may be infinite
    return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
  };
  return {at(0.1), at(0.5), at(0.9)};
}

}  // namespace inf::workflow
