#include "tools/workflow/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace inf::workflow {
namespace {

constexpr std::chrono::milliseconds kQuiet{1000}, kRedraw{200};
constexpr double kEnoughToGuess = 0.02;

/// One less than there are: some terminals begin a new line behind the last column.
std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : kUsual) - 1;
}

}  // namespace

Progress::Progress(bool wanted) : on_(wanted && isatty(STDERR_FILENO) == 1) { stage(""); }

void Progress::stage(std::string name) {
  clear();
  stage_ = std::move(name);
  start_ = drawn_ = Clock::now();
}

bool Progress::time_to_draw() {
  const Clock::time_point now = Clock::now();
  if (!on_ || now - start_ < kQuiet || now - drawn_ < kRedraw) return false;
  drawn_ = now;
  shown_ = true;
  return true;
}

void Progress::line(const std::function<std::string(std::size_t width)>& text) {
  if (!time_to_draw()) return;
  fmt::print(stderr, "\r\x1b[K{}", text(terminal_width()));
  std::fflush(stderr);
}

void Progress::update(double done, const std::string& detail) {
  if (!time_to_draw()) return;
  const double seconds = std::chrono::duration<double>(drawn_ - start_).count();
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
