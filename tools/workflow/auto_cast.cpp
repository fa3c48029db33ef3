#include "tools/workflow/auto_cast.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workflow {
namespace {

constexpr std::array<std::string_view, 3> kCasts = {"none", "matmult", "all"};  // in the order of the enum
constexpr std::array<std::string_view, 5> kTypes = {"bf16", "fp16", "tf32", "fp8_e4m3", "fp32"};

template <class Names>
std::size_t find(const char* key, const std::string& text, const std::string& place, const Names& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end())
    throw Error(ErrorKind::usage, place,
                fmt::format("{} = {} is none of {}{}", key, text, fmt::join(names, ", "), did_you_mean(text, names)));
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

Precision precision_of(AutoCast cast, DType type) {
  switch (cast) {
    case AutoCast::none: return {DType::fp32, DType::fp32};
    case AutoCast::matmult: return {type, DType::fp32};
    case AutoCast::all: return {type, type == DType::fp8_e4m3 ? DType::bf16 : type};
  }
  return {};
}

std::string text(const Precision& precision) {
  if (precision.compute == precision.storage) return std::string(name(precision.compute));
  return fmt::format("{} operands, {} values", name(precision.compute), name(precision.storage));
}

AutoCast parse_auto_cast(const std::string& text, const std::string& place) {
  return static_cast<AutoCast>(find("auto_cast", text, place, kCasts));
}

DType parse_auto_cast_type(const std::string& text, const std::string& place) {
  return *dtype_from(kTypes[find("auto_cast_type", text, place, kTypes)]);
}

}  // namespace inf::workflow
