#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/workflow/auto_cast.h"
#include "tools/workflow/cost_line.h"
#include "tools/workflow/energy.h"
#include "tools/workflow/layer_errors.h"
#include "tools/workflow/ledger.h"
#include "tools/workflow/load_report.h"

namespace inf::workflow {

/// One engine of the simulated core over the whole run.
struct EngineUse {
  std::string engine;
  double busy_ns = 0;
  double utilisation = 0;  ///< busy / run
  std::uint64_t instructions = 0;
  std::vector<std::pair<std::string, double>>
      idle_ns;  ///< by reason, longest first; reasons that never occurred are left out
};

/// One operator of the compiled program.
struct OperatorUse {
  std::string name, kind;
  std::vector<std::string> nodes;  ///< ONNX nodes that were fused into it
  double added_ns = 0;  ///< how much later the run ended because of it; sums to the device time over all operators
  double share = 0;     ///< added / run
  double start_ns = 0, end_ns = 0;  ///< first instruction starts, last result is visible; neighbours overlap
  std::vector<std::pair<std::string, double>>
      busy_ns;             ///< per engine, and "dma": while any of its transfers is being served
  std::string bound;       ///< the engine that is busy most of [start, end), or "waiting" where none reaches a half
  std::string busiest;     ///< the engine that is busy longest
  double bound_share = 0;  ///< its share of [start, end)
  std::uint64_t macs = 0;  ///< what the model asks for
  std::uint64_t executed_macs = 0;               ///< what the matmuls did, padding and packing included
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
  double predicted_ns = 0;                       ///< the compiler's estimate of the busiest engine
  std::string decision;                          ///< tile shape, packing, chunks
};

/// A stretch of the model that runs in one place without a break. Times are those of one call.
struct SegmentUse {
  std::string place;  ///< "chip" or "host"
  std::size_t operators = 0;
  std::vector<std::string> nodes;            ///< ONNX nodes that its operators stand for
  std::vector<double> node_ns;               ///< host: of each of `nodes`; sums to ns
  double ns = 0;                             ///< chip: simulated; host: from the instance file's host figures
  double runtime_ns = 0, copy_ns = 0;        ///< chip: the call and its copies
  std::int64_t bytes_in = 0, bytes_out = 0;  ///< what it reads from and gives to the caller and other segments
};

/// The weights of all programs of the model. Times are those of one core.
struct Weights {
  std::int64_t bytes = 0, resident = 0;  ///< of all; of those that stay in SBUF from call to call
  std::int64_t streamed = 0;             ///< that each call loads
  double stream_ns = 0;                  ///< at `bytes_per_ns`, the sustained rate of the core's DMA engines
  double bytes_per_ns = 0;
  double load_ns = 0;  ///< simulated: what stays is loaded, once with the model
};

/// One stage of a model that is spread over cores. Times are those of one call while all stages work.
struct StageUse {
  int chip = 0, core = 0;
  std::string first, last;  ///< ONNX nodes
  std::size_t operators = 0;
  Weights weights;
  std::int64_t bytes_in = 0;  ///< of values that other stages computed
  double predicted_ns = 0;    ///< what the cut was made with
  double ns = 0;
  double utilisation = 0;  ///< ns / interval
};

/// A model as a chain of stages. Without timing the times are 0.
struct StagesUse {
  std::vector<StageUse> stages;
  double fill_ns = 0;             ///< one call through all stages
  double interval_ns = 0;         ///< between results in the steady state
  double slowest_ns = 0;          ///< stage
  double balance = 0;             ///< mean stage / slowest stage
  double bubbles = 0;             ///< share of the cores' time in which they wait for each other
  std::int64_t link_bytes = 0;    ///< between chips, over all simulated calls
  double copies_interval_ns = 0;  ///< the same cores with a copy of the whole model each
  double copies_latency_ns = 0;   ///< of one of these copies while all work
  std::int64_t device_memory_bytes = 0;
  int advised_cores = 0;  ///< AWS's rule of thumb
};

/// One call of the model: device = simulated; the rest from the instance file's runtime section.
struct Latency {
  std::int64_t ticks = 0;
  std::int64_t tick_mhz = 0;
  double device_ns = 0;
  double overhead_ns = 0, copy_ns = 0;
  std::int64_t copied_bytes = 0;
  double host_ns = 0;  ///< operators placed on the host
  int calls = 1;       ///< programs that one call of the model runs, one after the other
  double call_ns() const { return device_ns + overhead_ns + copy_ns + host_ns; }
};

/// Copies of a model on several cores, simulated together. Times of the device alone, in the steady state.
struct BusyCores {
  int cores = 0, chips = 0;    ///< busy; as few chips as hold them
  int most = 0;                ///< busy cores of the fullest chip, which the times are of
  double alone_ns = 0;         ///< one call, the rest of the chip idle
  double call_ns = 0;          ///< one call with the others busy
  double device_start_ns = 0;  ///< between two calls of a core, instance file
  double interval_ns = 0;      ///< between the starts of two calls of a core: the two above
  double chip_per_s = 0, per_s = 0;
  double contended = 0;           ///< share of the time in which the cores want more than device memory gives
  double bytes_per_ns = 0;        ///< drawn from the chip's device memory, read and written
  double limit_bytes_per_ns = 0;  ///< what it gives to so many
  std::string bound;              ///< "device memory", the engine that is busy at least half of a call, or "waiting"
  double slow_down() const { return alone_ns > 0 ? call_ns / alone_ns : 1; }
};

struct Throughput {
  double device_start_ns = 0;  ///< what the core waits between two calls, instance file
  double core_per_s = 0;       ///< 1e9 / (device + device start): two or more workers keep the core busy
  double chip_per_s = 0;       ///< all cores, or what device memory can feed, whichever is less
  double instance_per_s = 0;
  int cores = 0, chips = 0;
  int simulated_cores = 0;     ///< of a chip, busy at the same time; 0: the chip's rate follows from one core's time
  std::string chip_bound;      ///< "cores" or "device memory"; simulated: BusyCores::bound
  std::string instance_bound;  ///< "chips", or "host" where operators on the host cannot keep up
};

/// Work against traffic of one core.
struct Roofline {
  std::uint64_t macs = 0, executed_macs = 0;
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
  double peak_tflops = 0;                        ///< tensor engine with these operands
  double bytes_per_ns =
      0;  ///< what one core can draw from device memory: its DMA engines or the memory, whichever is less
  double intensity = 0;          ///< flop per byte moved
  double attainable_tflops = 0;  ///< min(peak, intensity x bandwidth)
  double achieved_tflops = 0;
};

/// One output against the fp32 reference.
struct OutputAccuracy {
  std::string output;  ///< "scores[0]" is channel 0 of scores
  double max_error = 0, mean_error = 0, snr_db = 0, correlation = 0;
};

/// What running a bucket's program on smaller inputs costs and changes.
struct Padding {
  std::string bucket, sizes;             ///< sizes that the program is made for, and that the inputs have
  std::vector<std::string> buckets;      ///< all of them
  double wasted = 0;                     ///< share of the work on padding
  std::string of;                        ///< what was counted: "multiply-accumulates" or "input elements"
  std::optional<Latency> exact;          ///< of a program of exactly this size
  std::optional<OutputAccuracy> effect;  ///< of padding alone, in fp32, on the output that it changes most
};

struct BoxAccuracy {
  std::size_t expected = 0, found = 0, matched = 0;
  double threshold = 0, mean_iou = 0, min_iou = 0, largest_corner_distance = 0;
};

struct CheckResult {
  std::string check;
  double wanted = 0, found = 0;
  bool passed = false;
};

/// Everything that differs between two identical runs.
struct HostFacts {
  double seconds = 0, compile_seconds = 0, simulate_seconds = 0, reference_seconds = 0;
  int threads = 0;
  std::uint64_t kernel_events = 0;
  double peak_memory_bytes = 0;
};

/// The result of `inf-sim run`. Sections that a mode does not produce are absent.
struct Report {
  std::string workload, model, chip_title, chip, chip_hash, mode;
  Precision precision;
  std::vector<std::string> notes;
  std::uint64_t instructions = 0, kernel_events = 0;
  std::uint64_t data_dependent = 0;  ///< instructions whose data decided what the program did next
  std::int64_t device_memory_bytes = 0;
  std::optional<Padding> padding;    ///< with buckets
  std::vector<SegmentUse> segments;  ///< more than one only with operators on the host
  std::optional<StagesUse> stages;   ///< of a model spread over cores
  std::optional<Weights> weights;    ///< of models that have any
  std::optional<Latency> latency;
  std::optional<Throughput> throughput;
  std::optional<BusyCores> busy;  ///< where several cores were asked for
  std::vector<CostLine> cost;
  std::optional<Energy> energy;    ///< of a call, where the chip file says what work takes
  std::optional<LoadReport> load;  ///< where workers or a rate were asked for
  std::vector<EngineUse> engines;
  std::optional<Roofline> roofline;
  std::vector<OperatorUse> operators;  ///< program order
  std::vector<LedgerRow> ledger;
  std::vector<OutputAccuracy> accuracy;
  std::optional<LayerErrors> layers;
  std::optional<BoxAccuracy> boxes;
  std::optional<std::size_t> box_count;
  std::vector<CheckResult> checks;
  std::vector<std::string> files;  ///< written beside the report, itself included; empty when nothing was written
  HostFacts host;

  bool passed() const {
    for (const CheckResult& check : checks)
      if (!check.passed) return false;
    return true;
  }
};

/// Plain aligned text. The last section, `Host`, is the only one that differs between identical runs; `with_host` false
/// leaves it out.
std::string report_text(const Report& report, bool with_host = true);
/// The document described in docs/json.md.
std::string report_json(const Report& report);

}  // namespace inf::workflow
