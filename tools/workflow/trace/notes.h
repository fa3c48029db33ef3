#pragma once
#include <cstdint>
#include <string_view>

#include "sim/observers/observer.h"

namespace inf::workflow {

/// What a slice of a trace may say about itself: debug annotations. Times are in ns of the chip, ticks count from the
/// start of the program's call, cycles are the engine's.
enum class Note : std::uint8_t {
  kind,
  nodes,
  start_ns,
  start_tick,
  ticks,
  busy_ns,
  busy_ticks,
  cycles,
  weight_switch_cycles,
  latency_cycles,
  pc,
  last_pc,
  instruction,
  instructions,
  macs,
  stall_issue,
  stall_semaphore,
  stall_dma,
  stall_datapath,
  stall_sbuf_port,
  stall_psum_port,
  stall_table_load,
  stall_trigger,
  stall_finished,
  semaphore,
  signalled_by,
  dst,
  src,
  bytes,
  dram_read,
  dram_written,
  descriptors,
  transfers,
  dma_engines,
  triggered_ns,
  tick_mhz,
  clipped,
};
inline constexpr int kNoteCount = static_cast<int>(Note::clipped) + 1;

constexpr std::string_view name(Note n) {
  switch (n) {
    case Note::kind: return "kind";
    case Note::nodes: return "onnx_nodes";
    case Note::start_ns: return "start_ns";
    case Note::start_tick: return "start_tick";
    case Note::ticks: return "ticks";
    case Note::busy_ns: return "busy_ns";
    case Note::busy_ticks: return "busy_ticks";
    case Note::cycles: return "cycles";
    case Note::weight_switch_cycles: return "weight_switch_cycles";
    case Note::latency_cycles: return "latency_cycles";
    case Note::pc: return "pc";
    case Note::last_pc: return "last_pc";
    case Note::instruction: return "instruction";
    case Note::instructions: return "instructions";
    case Note::macs: return "macs";
    case Note::stall_issue: return "stall_issue_ns";
    case Note::stall_semaphore: return "stall_semaphore_ns";
    case Note::stall_dma: return "stall_dma_ns";
    case Note::stall_datapath: return "stall_datapath_ns";
    case Note::stall_sbuf_port: return "stall_sbuf_port_ns";
    case Note::stall_psum_port: return "stall_psum_port_ns";
    case Note::stall_table_load: return "stall_table_load_ns";
    case Note::stall_trigger: return "stall_trigger_ns";
    case Note::stall_finished: return "stall_finished_ns";
    case Note::semaphore: return "semaphore";
    case Note::signalled_by: return "signalled_by";
    case Note::dst: return "dst";
    case Note::src: return "src";
    case Note::bytes: return "bytes";
    case Note::dram_read: return "device_memory_read";
    case Note::dram_written: return "device_memory_written";
    case Note::descriptors: return "descriptors";
    case Note::transfers: return "transfers";
    case Note::dma_engines: return "dma_engines";
    case Note::triggered_ns: return "triggered_ns";
    case Note::tick_mhz: return "tick_mhz";
    case Note::clipped: return "clipped";
  }
  return "";
}

/// Time before a slice in which the engine did not start it, by reason.
constexpr Note stall_note(sim::StallReason r) {
  switch (r) {
    case sim::StallReason::issue: return Note::stall_issue;
    case sim::StallReason::semaphore: return Note::stall_semaphore;
    case sim::StallReason::dma: return Note::stall_dma;
    case sim::StallReason::datapath: return Note::stall_datapath;
    case sim::StallReason::sbuf_port: return Note::stall_sbuf_port;
    case sim::StallReason::psum_port: return Note::stall_psum_port;
    case sim::StallReason::table_load: return Note::stall_table_load;
    case sim::StallReason::trigger: return Note::stall_trigger;
    case sim::StallReason::finished: return Note::stall_finished;
  }
  return Note::stall_finished;
}

}  // namespace inf::workflow
