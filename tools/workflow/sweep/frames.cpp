#include "tools/workflow/sweep/frames.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace inf::workflow::sweep {
namespace {

constexpr std::size_t kHead = sizeof(std::uint32_t);

std::uint32_t length_of(const char* head) {
  std::uint32_t length = 0;
  std::memcpy(&length, head, kHead);
  return length;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int socket, char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t got = ::recv(socket, bytes, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

bool send_frame(int socket, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string bytes(reinterpret_cast<const char*>(&length), kHead);
  return send_all(socket, bytes.append(text));
}

std::optional<std::string> receive_frame(int socket) {
  std::array<char, kHead> head{};
  if (!receive_all(socket, head.data(), kHead)) return std::nullopt;
  std::string text(length_of(head.data()), '\0');
  if (!receive_all(socket, text.data(), text.size())) return std::nullopt;
  return text;
}

bool FrameReader::read(int socket) {
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t got = ::recv(socket, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0) return false;
    bytes_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

std::optional<std::string> FrameReader::next() {
  if (bytes_.size() < kHead) return std::nullopt;
  const std::size_t length = length_of(bytes_.data());
  if (bytes_.size() < kHead + length) return std::nullopt;
  std::string text = bytes_.substr(kHead, length);
  bytes_.erase(0, kHead + length);
  return text;
}

}  // namespace inf::workflow::sweep
