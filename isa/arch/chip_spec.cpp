#include "isa/arch/chip_spec.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/arch/parameters.h"

namespace inf::arch {

std::string_view name(Engine e) {
  switch (e) {
    case Engine::tensor: return "tensor";
    case Engine::vector: return "vector";
    case Engine::scalar: return "scalar";
    case Engine::gpsimd: return "gpsimd";
    case Engine::sync: return "sync";
  }
  return {};
}

std::string_view name(Mark m) {
  switch (m) {
    case Mark::documented: return "documented";
    case Mark::derived: return "derived";
    case Mark::assumed: return "assumed";
    case Mark::fitted: return "fitted";
  }
  return {};
}

bool TensorSpec::takes(DType t) const {
  return std::find(dtypes.begin(), dtypes.end(), t) != dtypes.end() && (t != DType::fp32 || fp32_passes > 0);
}

bool ChipSpec::has(Engine e) const {
  switch (e) {
    case Engine::tensor: return tensor.rows > 0;
    case Engine::vector: return vector.lanes > 0;
    case Engine::scalar: return scalar.lanes > 0;
    case Engine::gpsimd: return gpsimd.lanes > 0;
    case Engine::sync: return sequencer.sync_engine;
  }
  return false;
}

std::string ChipSpec::hash() const {
  // FNV-1a, 64 bits.
  std::uint64_t h = 0xcbf29ce484222325u;
  const auto mix = [&h](std::string_view text) {
    for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    h = (h ^ 0xffu) * 0x100000001b3u;
  };
  ChipSpec copy = *this;
  mix(copy.name);
  for (const Parameter& parameter : parameters(copy)) mix(parameter.path), mix(value_text(parameter));
  return fmt::format("{:016x}", h);
}

}  // namespace inf::arch
