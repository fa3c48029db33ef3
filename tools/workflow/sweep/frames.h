#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace inf::workflow::sweep {

/// Texts over a stream socket: four bytes of length, then the text. False where the other side is gone.
bool send_frame(int socket, std::string_view text);

/// Waits for a whole text; nothing where the other side is gone.
std::optional<std::string> receive_frame(int socket);

/// Texts of a socket that is read as bytes come.
class FrameReader {
 public:
  /// Takes what has arrived, without waiting. False where the other side is gone; what it sent before still comes.
  bool read(int socket);
  std::optional<std::string> next();

 private:
  std::string bytes_;
};

}  // namespace inf::workflow::sweep
