#pragma once
#include <chrono>
#include <functional>
#include <string>

namespace inf::workflow {

/// One line on stderr that says what is going on and how long it will still take. Silent when stderr is no terminal,
/// and for the first second of every stage.
class Progress {
 public:
  /// `wanted` false keeps it silent in any case.
  explicit Progress(bool wanted = true);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void stage(std::string name);
  /// `done` of 1; the time left is extrapolated from it. `detail` stands behind.
  void update(double done, const std::string& detail = {});
  /// The whole line in the caller's words: `text` is asked for one of at most the given width when it is time to draw.
  void line(const std::function<std::string(std::size_t width)>& text);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  /// Not too early and not too often.
  bool time_to_draw();
  bool on_;
  bool shown_ = false;
  std::string stage_;
  Clock::time_point start_, drawn_;
};

}  // namespace inf::workflow
