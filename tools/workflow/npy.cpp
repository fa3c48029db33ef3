#include "tools/workflow/npy.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstring>
#include <regex>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "tools/workflow/files.h"

namespace inf::workflow {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kPreamble = 10;  // magic, version, two bytes of header length
constexpr std::size_t kAlign = 64;

template <class T>
T read_as(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

/// One element of the given type code as fp32.
float element(const std::string& type, const char* p) {
  if (type == "f4") return read_as<float>(p);
  if (type == "f8") return static_cast<float>(read_as<double>(p));
  if (type == "f2") return numerics::float_of(numerics::load_f32_bits(DType::fp16, read_as<std::uint16_t>(p)));
  if (type == "i1") return read_as<std::int8_t>(p);
  if (type == "u1" || type == "b1") return read_as<std::uint8_t>(p);
  if (type == "i2") return read_as<std::int16_t>(p);
  if (type == "u2") return read_as<std::uint16_t>(p);
  if (type == "i4") return static_cast<float>(read_as<std::int32_t>(p));
  if (type == "u4") return static_cast<float>(read_as<std::uint32_t>(p));
  return static_cast<float>(read_as<std::int64_t>(p));
}

struct Header {
  std::string type;  ///< "f4"
  std::vector<std::int64_t> shape;
  std::size_t data = 0;  ///< offset of the first element
};

[[noreturn]] void broken(const std::filesystem::path& file, const std::string& why) {
  throw Error(ErrorKind::import, file.string(), why);
}

Header read_header(const std::string& bytes, const std::filesystem::path& file) {
  if (bytes.size() < kPreamble + 2 || bytes.compare(0, kMagic.size(), kMagic) != 0) broken(file, "is not a .npy file");
  const bool wide = bytes[6] >= 2;
  const std::size_t length = wide ? read_as<std::uint32_t>(&bytes[8]) : read_as<std::uint16_t>(&bytes[8]);
  Header header;
  header.data = (wide ? kPreamble + 2 : kPreamble) + length;
  if (header.data > bytes.size()) broken(file, "ends inside its header");
  const std::string text = bytes.substr(kPreamble, header.data - kPreamble);
  static const std::regex kType("'descr':\\s*'([^']*)'"), kOrder("'fortran_order':\\s*(True|False)"),
      kShape("'shape':\\s*\\(([^)]*)\\)");
  std::smatch type, order, shape;
  if (!std::regex_search(text, type, kType) || !std::regex_search(text, order, kOrder) ||
      !std::regex_search(text, shape, kShape))
    broken(file, "has a header that is not understood");
  if (order[1] == "True") broken(file, "is stored in Fortran order; save it with numpy.ascontiguousarray");
  static const std::regex kKnown("[<|=]?(f2|f4|f8|i1|u1|b1|i2|u2|i4|u4|i8)");
  std::smatch known;
  const std::string descr = type[1];
  if (!std::regex_match(descr, known, kKnown))
    broken(file,
           fmt::format("holds elements of type '{}'; f2, f4, f8, i1, u1, b1, i2, u2, i4, u4 and i8 are read", descr));
  header.type = known[1];
  const std::string sizes = shape[1];
  static const std::regex kNumber("\\d+");
  for (std::sregex_iterator it(sizes.begin(), sizes.end(), kNumber), end; it != end; ++it) {
    if (it->str().size() > 12) broken(file, fmt::format("has an axis of size {}", it->str()));
    header.shape.push_back(std::stoll(it->str()));
  }
  return header;
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  const Header header = read_header(bytes, file);
  const std::size_t width = static_cast<std::size_t>(header.type[1] - '0');
  const std::size_t room = (bytes.size() - header.data) / width;
  std::size_t count = 1;
  for (const std::int64_t size : header.shape) {
    if (size != 0 && count > room / static_cast<std::size_t>(size))
      broken(file, fmt::format("is truncated: shape [{}] needs more than the {} elements it holds",
                               fmt::join(header.shape, ", "), room));
    count *= static_cast<std::size_t>(size);
  }
  NpyArray array{header.shape, std::vector<float>(count)};
  for (std::size_t i = 0; i < count; ++i) array.data[i] = element(header.type, bytes.data() + header.data + i * width);
  return array;
}

std::string npy_bytes(const NpyArray& array) {
  std::string shape;
  for (const std::int64_t size : array.shape) shape += fmt::format("{}, ", size);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape);
  const std::size_t length = (kPreamble + header.size() + kAlign) / kAlign * kAlign - kPreamble;
  header.resize(length - 1, ' ');
  header += '\n';
  std::string bytes = std::string(kMagic) + std::string("\x01\x00", 2);
  bytes += static_cast<char>(length & 0xff);
  bytes += static_cast<char>(length >> 8);
  bytes += header;
  const std::size_t start = bytes.size();
  bytes.resize(start + array.data.size() * sizeof(float));
  std::memcpy(bytes.data() + start, array.data.data(), array.data.size() * sizeof(float));
  return bytes;
}

}  // namespace inf::workflow
