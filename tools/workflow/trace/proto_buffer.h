#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace inf::workflow {

/// Bytes in protobuf's wire format. Fields are named by their numbers.
class ProtoBuffer {
 public:
  void uint(int field, std::uint64_t value) {
    key(field, kVarint);
    varint(value);
  }
  /// Negative values are extended to 64 bits.
  void sint(int field, std::int64_t value) { uint(field, static_cast<std::uint64_t>(value)); }
  void fixed64(int field, std::uint64_t value);
  void real(int field, double value);
  void text(int field, std::string_view value);

  /// A message inside: everything up to `end`, which takes what `begin` gave. They nest.
  std::size_t begin(int field) {
    key(field, kBytes);
    bytes_.push_back(0);
    return bytes_.size();
  }
  void end(std::size_t begun);

  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  enum : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };
  void key(int field, std::uint64_t wire_type) { varint(static_cast<std::uint64_t>(field) << 3 | wire_type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  std::string bytes_;
};

}  // namespace inf::workflow
