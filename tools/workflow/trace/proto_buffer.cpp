#include "tools/workflow/trace/proto_buffer.h"

#include <bit>

namespace inf::workflow {

void ProtoBuffer::fixed64(int field, std::uint64_t value) {
  key(field, kFixed64);
  for (int i = 0; i < 8; ++i, value >>= 8) bytes_.push_back(static_cast<char>(value));
}

void ProtoBuffer::real(int field, double value) { fixed64(field, std::bit_cast<std::uint64_t>(value)); }

void ProtoBuffer::text(int field, std::string_view value) {
  key(field, kBytes);
  varint(value.size());
  bytes_.append(value);
}

void ProtoBuffer::end(std::size_t begun) {
  std::size_t length = bytes_.size() - begun;
  char digits[10];
  std::size_t count = 0;
  for (; length >= 0x80; length >>= 7) digits[count++] = static_cast<char>(length | 0x80);
  digits[count++] = static_cast<char>(length);
  bytes_[begun - 1] = digits[0];
  bytes_.insert(begun, digits + 1, count - 1);
}

}  // namespace inf::workflow
