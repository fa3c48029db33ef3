#pragma once
#include <cstdint>
#include <string_view>

namespace inf::workflow {

/// How a model uses several cores: a copy on each, or layers spread over them.
enum class Spread : std::uint8_t { data_parallel, pipeline };

constexpr std::string_view name(Spread spread) {
  switch (spread) {
    case Spread::data_parallel: return "data-parallel";
    case Spread::pipeline: return "pipeline";
  }
  return {};
}

}  // namespace inf::workflow
