#pragma once

namespace inf::sim {

/// Asked to look whether a core has come to the end of its program: an engine has drained, or a transfer completed.
class DoneListener {
 public:
  virtual ~DoneListener() = default;
  virtual void maybe_done() = 0;
};

}  // namespace inf::sim
