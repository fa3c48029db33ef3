#include "tools/workflow/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace inf::workflow {
namespace {

constexpr std::chrono::milliseconds kQuiet{1000}, kRedraw{200};
constexpr double kEnoughToGuess = 0.02;

}  // namespace

Progress::Progress(bool wanted) : on_(wanted && isatty(STDERR_FILENO) == 1) { stage(""); }

void Progress::stage(std::string name) {
  clear();
  stage_ = std::move(name);
  start_ = drawn_ = Clock::now();
}

void Progress::update(double done, const std::string& detail) {
  if (!on_) return;
  const Clock::time_point now = Clock::now();
  if (now - start_ < kQuiet || now - drawn_ < kRedraw) return;
  drawn_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string line = fmt::format("{} {:3.0f} %", stage_, done * 100);
  if (done > kEnoughToGuess) line += fmt::format(", {:.0f} s left", seconds / done * (1 - done));
  if (!detail.empty()) line += "  " + detail;
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace inf::workflow
