#include "compiler/import/onnx_tensor.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "compiler/import/external_data.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

using Proto = onnx::TensorProto;
static_assert(std::endian::native == std::endian::little, "ONNX raw data is little-endian");

std::string where(const Origin& origin, const std::string& name) {
  return fmt::format("{}: tensor '{}'", origin.file, name);
}

/// fp16 bits as fp32, exactly: re-bias the exponent; a subnormal is normalised by a multiplication with a power of two.
float from_half(std::uint16_t h) {
  const std::uint32_t sign = (h & 0x8000u) << 16, exponent = (h >> 10) & 31u, fraction = h & 0x3ffu;
  if (exponent == 0)
    return std::copysign(std::ldexp(static_cast<float>(fraction), -24), std::bit_cast<float>(sign | 0x3f800000u));
  const std::uint32_t rebased = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | rebased << 23 | fraction << 13);
}
float from_bfloat(std::uint16_t b) { return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16); }

template <class Stored>
void need_count(std::size_t got, std::size_t count, const std::string& place) {
  if (got != count * sizeof(Stored))
    throw Error(ErrorKind::import, place,
                fmt::format("holds {} bytes, its shape and type need {}", got, count * sizeof(Stored)),
                {"the file is truncated or damaged"});
}

/// Elements stored as `Stored`, from raw or external bytes; `typed` supplies them otherwise.
template <class Stored, class Typed>
std::vector<Stored> stored(Proto& proto, std::size_t count, const std::string& place, const Origin& origin,
                           const Typed& typed) {
  std::vector<Stored> data;
  if (proto.data_location() == Proto::EXTERNAL) {
    data.resize(count);
    read_external(proto, place, origin, static_cast<std::int64_t>(count * sizeof(Stored)),
                  reinterpret_cast<char*>(data.data()));
  } else if (proto.has_raw_data()) {
    need_count<Stored>(proto.raw_data().size(), count, place);
    data.resize(count);
    if (count > 0) std::memcpy(data.data(), proto.raw_data().data(), count * sizeof(Stored));
    proto.mutable_raw_data()->clear();
    proto.mutable_raw_data()->shrink_to_fit();
  } else {
    if (static_cast<std::size_t>(typed.size()) != count)
      throw Error(ErrorKind::import, place, fmt::format("holds {} elements, its shape needs {}", typed.size(), count),
                  {"the file is truncated or damaged"});
    data.reserve(count);
    for (const auto v : typed) data.push_back(static_cast<Stored>(v));
  }
  return data;
}

template <class To, class From>
std::vector<To> converted(std::vector<From> from) {
  if constexpr (std::is_same_v<To, From>) return from;
  std::vector<To> to(from.size());
  std::transform(from.begin(), from.end(), to.begin(), [](From v) { return static_cast<To>(v); });
  return to;
}

std::vector<float> float_values(Proto& p, std::size_t n, const std::string& place, const Origin& origin) {
  if (p.data_type() == Proto::DOUBLE) return converted<float>(stored<double>(p, n, place, origin, p.double_data()));
  if (p.data_type() == Proto::FLOAT) return stored<float>(p, n, place, origin, p.float_data());
  const auto bits = stored<std::uint16_t>(p, n, place, origin, p.int32_data());
  std::vector<float> values(n);
  std::transform(bits.begin(), bits.end(), values.begin(), p.data_type() == Proto::FLOAT16 ? from_half : from_bfloat);
  return values;
}

/// NaN is refused everywhere; infinity only among several elements, because a lone one is a bound (Clip) or a fill
/// value, and minus infinity is what masks hide positions with.
void check_finite(const std::vector<float>& values, const std::string& place) {
  std::uint32_t worst = 0;  // of magnitudes, as bits: infinity and NaN are the largest
  for (const float v : values) worst = std::max(worst, std::bit_cast<std::uint32_t>(v) & 0x7fffffffu);
  if (worst < 0x7f800000u) return;
  const auto bad = std::find_if(values.begin(), values.end(), [&](float v) {
    return std::isnan(v) || (values.size() > 1 && std::isinf(v) && v > 0);
  });
  if (bad == values.end()) return;
  throw Error(ErrorKind::import, place,
              fmt::format("element {} of {} is {}", bad - values.begin(), values.size(), *bad),
              {"weights must be finite in fp32; train or export the model again"});
}

std::vector<std::int64_t> int_values(Proto& p, std::size_t n, const std::string& place, const Origin& origin) {
  switch (p.data_type()) {
    case Proto::INT64: return stored<std::int64_t>(p, n, place, origin, p.int64_data());
    case Proto::INT32: return converted<std::int64_t>(stored<std::int32_t>(p, n, place, origin, p.int32_data()));
    case Proto::INT16: return converted<std::int64_t>(stored<std::int16_t>(p, n, place, origin, p.int32_data()));
    case Proto::INT8: return converted<std::int64_t>(stored<std::int8_t>(p, n, place, origin, p.int32_data()));
    case Proto::UINT8: return converted<std::int64_t>(stored<std::uint8_t>(p, n, place, origin, p.int32_data()));
    case Proto::BOOL: return converted<std::int64_t>(stored<std::uint8_t>(p, n, place, origin, p.int32_data()));
    case Proto::UINT16: return converted<std::int64_t>(stored<std::uint16_t>(p, n, place, origin, p.int32_data()));
    case Proto::UINT32: return converted<std::int64_t>(stored<std::uint32_t>(p, n, place, origin, p.uint64_data()));
    case Proto::UINT64: return converted<std::int64_t>(stored<std::uint64_t>(p, n, place, origin, p.uint64_data()));
    default: break;
  }
  throw Error(ErrorKind::unsupported, place, fmt::format("has element type {}", type_name(p.data_type())),
              {"supported: float types, integers and bool"});
}

}  // namespace

std::string type_name(int onnx_type) {
  static constexpr const char* kNames[] = {"undefined", "float",  "uint8",     "int8",       "uint16",  "int16",
                                           "int32",     "int64",  "string",    "bool",       "float16", "double",
                                           "uint32",    "uint64", "complex64", "complex128", "bfloat16"};
  if (onnx_type < 0 || onnx_type >= static_cast<int>(std::size(kNames))) return fmt::format("type {}", onnx_type);
  return kNames[onnx_type];
}

Tensor read_tensor(Proto& proto, const std::string& name, const Origin& origin) {
  const std::string place = where(origin, name);
  Shape shape(proto.dims().begin(), proto.dims().end());
  std::int64_t count = 1;
  for (const std::int64_t d : shape) {
    if (d < 0 || (d > 0 && count > std::numeric_limits<std::int64_t>::max() / 8 / d))
      throw Error(ErrorKind::import, place, fmt::format("has a dimension of {}", d), {"the file is damaged"});
    count *= d;
  }
  // A damaged shape must not make the reader ask for memory that the data cannot fill.
  if (proto.data_location() != Proto::EXTERNAL && proto.has_raw_data() &&
      count > static_cast<std::int64_t>(proto.raw_data().size()))
    need_count<char>(proto.raw_data().size(), static_cast<std::size_t>(count), place);
  const auto n = static_cast<std::size_t>(count);
  switch (proto.data_type()) {
    case Proto::FLOAT:
    case Proto::DOUBLE:
    case Proto::FLOAT16:
    case Proto::BFLOAT16: {
      std::vector<float> values = float_values(proto, n, place, origin);
      check_finite(values, place);
      return make_tensor(std::move(shape), std::move(values));
    }
    default:
      return make_tensor(std::move(shape), int_values(proto, n, place, origin),
                         proto.data_type() == Proto::BOOL ? Element::boolean : Element::i64);
  }
}

}  // namespace inf::compiler::importer
