#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "isa/base/error.h"
#include "isa/program/program.h"

// Values to bytes and back: one description of each struct, walked by a writer and by a reader.
namespace inf::isa::serial {

struct Writer {
  std::vector<std::byte>& out;

  void raw(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out.insert(out.end(), bytes, bytes + size);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(const T& value) { raw(&value, sizeof value); }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint64_t>(list.size()));
    if constexpr (std::is_same_v<T, std::byte>)
      raw(list.data(), list.size());
    else
      for (const T& item : list) describe(*this, item);
  }
};

/// Errors: import when the bytes end early or a count exceeds them.
struct Reader {
  const std::byte* at;
  const std::byte* end;

  void raw(void* data, std::size_t size) {
    if (static_cast<std::size_t>(end - at) < size)
      throw Error(ErrorKind::import, "", "a section ends before its content does");
    if (size > 0) std::memcpy(data, at, size);
    at += size;
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& value) { raw(&value, sizeof value); }
  std::size_t count() {
    std::uint64_t n = 0;
    (*this)(n);
    if (n > static_cast<std::uint64_t>(end - at))
      throw Error(ErrorKind::import, "", "a section ends before its content does");
    return static_cast<std::size_t>(n);
  }
  void operator()(std::string& text) {
    text.resize(count());
    raw(text.data(), text.size());
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    list.resize(count());
    if constexpr (std::is_same_v<T, std::byte>)
      raw(list.data(), list.size());
    else
      for (T& item : list) describe(*this, item);
  }
};

template <class T>
concept Plain = std::is_arithmetic_v<std::remove_const_t<T>> || std::is_same_v<std::remove_const_t<T>, std::string>;
template <class T, class Want>
concept Is = std::is_same_v<std::remove_const_t<T>, Want>;

void describe(auto& io, Plain auto& value) { io(value); }
template <Is<TensorEntry> T>
void describe(auto& io, T& t) {
  io(t.name), io(t.role), io(t.dtype), io(t.shape), io(t.offset), io(t.bytes);
}
template <Is<SourceOp> T>
void describe(auto& io, T& op) {
  io(op.name), io(op.kind), io(op.nodes), io(op.macs);
}
template <Is<SourceRun> T>
void describe(auto& io, T& run) {
  io(run.instructions), io(run.op);
}
template <Is<ProgramImage> T>
void describe(auto& io, T& image) {
  io(image.name), io(image.chip), io(image.chip_hash), io(image.tensors), io(image.ops), io(image.dram_bytes);
}
template <Is<Segment> T>
void describe(auto& io, T& segment) {
  for (auto& code : segment.code) io(code);
  for (auto& source : segment.source) io(source);
}

}  // namespace inf::isa::serial
