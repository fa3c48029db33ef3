#pragma once
#include <chrono>
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
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool shown_ = false;
  std::string stage_;
  Clock::time_point start_, drawn_;
};

}  // namespace inf::workflow
