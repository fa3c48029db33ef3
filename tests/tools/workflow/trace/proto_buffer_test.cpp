#include "tools/workflow/trace/proto_buffer.h"

#include <doctest/doctest.h>

#include <string>

using namespace inf::workflow;

TEST_CASE("fields in the wire format") {
  struct Row {
    const char* name;
    void (*write)(ProtoBuffer&);
    std::string want;
  };
  const Row rows[] = {
      {"one byte", [](ProtoBuffer& b) { b.uint(1, 127); }, {"\x08\x7f", 2}},
      {"two bytes", [](ProtoBuffer& b) { b.uint(1, 300); }, {"\x08\xac\x02", 3}},
      {"a field number above 15", [](ProtoBuffer& b) { b.uint(60, 0); }, {"\xe0\x03\x00", 3}},
      {"negative: ten bytes", [](ProtoBuffer& b) { b.sint(1, -1); }, "\x08" + std::string(9, '\xff') + "\x01"},
      {"fixed64", [](ProtoBuffer& b) { b.fixed64(1, 0x0102); }, {"\x09\x02\x01\0\0\0\0\0\0", 9}},
      {"double", [](ProtoBuffer& b) { b.real(1, 1.0); }, {"\x09\0\0\0\0\0\0\xf0\x3f", 9}},
      {"text", [](ProtoBuffer& b) { b.text(2, "ab"); },
       "\x12\x02"
       "ab"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ProtoBuffer buffer;
    row.write(buffer);
    CHECK(buffer.bytes() == row.want);
  }
}

TEST_CASE("messages inside messages, whatever their length takes") {
  struct Row {
    std::size_t length;        ///< of the text inside
    std::string inner, outer;  ///< heads: field 1 with the length that follows
  };
  const Row rows[] = {
      {0, {"\x0a\x00", 2}, {"\x0a\x02", 2}},
      {124, "\x0a\x7c", "\x0a\x7e"},
      {126, "\x0a\x7e", "\x0a\x80\x01"},
      {128, "\x0a\x80\x01", "\x0a\x83\x01"},
      {20000, "\x0a\xa0\x9c\x01", "\x0a\xa4\x9c\x01"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.length);
    ProtoBuffer buffer;
    const std::size_t begun = buffer.begin(1);
    buffer.text(1, std::string(row.length, 'x'));
    buffer.end(begun);
    CHECK(buffer.bytes() == row.outer + row.inner + std::string(row.length, 'x'));
  }
}
