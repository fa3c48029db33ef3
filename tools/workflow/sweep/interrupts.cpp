#include "tools/workflow/sweep/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace inf::workflow::sweep {
namespace {

// A signal handler reaches nothing but globals.
volatile std::sig_atomic_t came = 0;
int pipe_in = -1, pipe_out = -1;
constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};
std::array<struct sigaction, kSignals.size()> before;

void note(int signal) {
  const int error = errno;
  if (came == 0) came = signal;
  const char byte = 0;
  [[maybe_unused]] const ssize_t written = ::write(pipe_in, &byte, 1);
  errno = error;
}

}  // namespace

Interrupts::Interrupts() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe for signals");
  pipe_out = ends[0];
  pipe_in = ends[1];
  came = 0;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before[i]);
}

Interrupts::~Interrupts() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before[i], nullptr);
  ::close(pipe_in);
  ::close(pipe_out);
}

int Interrupts::signal() const { return came; }

int Interrupts::handle() const { return pipe_out; }

}  // namespace inf::workflow::sweep
