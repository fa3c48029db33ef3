#pragma once
#include <cstdint>
#include <vector>

#include "sim/observers/recorder.h"
#include "tools/workflow/trace/packet_stream.h"

namespace inf::workflow {

/// Arrows of a trace: from whose signal a wait was for to who waited, and from the trigger of a transfer to the
/// transfer. Only those of which both ends are drawn, the first one earlier than the second: a viewer gives an arrow
/// the direction of time.
class Flows {
 public:
  static constexpr std::int64_t kHidden = -1;

  /// When the slices begin that show each step and each transfer, in ns, or kHidden. Numbers of arrows start behind
  /// `last`, which moves on.
  Flows(const sim::Recording& recording, std::vector<std::int64_t> steps, std::vector<std::int64_t> transfers,
        std::uint64_t& last);

  /// What leaves from and arrives at a step or transfer, for the slice that is open in `out`.
  void draw_step(std::uint32_t index, PacketStream& out) const { draw(index, out); }
  void draw_transfer(std::uint32_t index, PacketStream& out) const { draw(steps_ + index, out); }

 private:
  struct Arrow {
    std::size_t from, to;
    std::uint64_t id;
  };
  void add(std::size_t from, std::size_t to);
  void draw(std::size_t event, PacketStream& out) const;
  std::size_t event(sim::EventRef ref) const;

  std::size_t steps_;
  std::vector<std::int64_t> begins_;  ///< of steps, then of transfers
  std::vector<Arrow> arrows_;
  std::vector<std::uint32_t> first_out_, out_, first_in_;  ///< arrows by their ends; those that arrive are in order
  std::uint64_t& last_;
};

}  // namespace inf::workflow
