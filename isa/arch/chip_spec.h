#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isa/base/units.h"
#include "isa/numerics/dtype.h"

namespace inf::arch {

/// Engines of a NeuronCore that own an instruction stream. The order breaks ties at one tick.
enum class Engine : std::uint8_t { tensor, vector, scalar, gpsimd, sync };
inline constexpr int kEngines = 5;
std::string_view name(Engine e);

/// How sure a number is: documented, derived with its arithmetic, assumed, or fitted to published measurements.
enum class Mark : std::uint8_t { documented, derived, assumed, fitted };

std::string_view name(Mark m);

/// Least and greatest value that the sources allow, in the parameter's unit.
struct Uncertainty {
  double low = 0, high = 0;
};

/// Where a number of a chip or instance file comes from. One per parameter, keyed by its dotted path
/// ("tensor.clock_mhz").
struct Provenance {
  std::string path, value, unit, source;
  Mark mark = Mark::assumed;
  std::optional<Uncertainty> range;
};

/// Each member is one key of configs/chips/*.yaml; the reader (chip_config.cpp) holds its unit, range and meaning.
/// `cycles` are of the engine's own clock; `ns` become ticks, rounded to nearest, when a Timebase is made.
struct TensorSpec {
  std::int64_t clock_mhz = 0;
  int rows = 0;                    ///< K: contraction partitions of one matmul
  int columns = 0;                 ///< M: stationary columns, PSUM partitions of one result
  int max_moving = 0;              ///< N: moving free elements of one matmul
  std::int64_t min_interval = 0;   ///< cycles; floor of the matmul initiation interval
  std::int64_t fixed_latency = 0;  ///< cycles from issue to the first result visible, beside rows and columns
  std::int64_t load_latency = 0;   ///< cycles of a load-stationary beside its columns
  int fast_load_divisor = 1;       ///< columns loaded per cycle by load_stationary (1: the slow mode)
  std::int64_t weight_switch = 0;  ///< cycles of each pass between two matmuls while other weights take effect
  int fp32_passes = 4;             ///< cycles per moving element for fp32 operands; 0: the chip has no fp32 matmul
  std::vector<DType> dtypes;       ///< operand types of a matmul
  /// Whether a matmul takes operands of type `t`.
  bool takes(DType t) const;
};

/// Vector, scalar, gpsimd. lanes 0: the chip does not have the engine.
struct LaneEngineSpec {
  std::int64_t clock_mhz = 0;
  int lanes = 0;
  std::int64_t min_interval = 0;      ///< cycles; floor of the initiation interval
  std::int64_t latency = 0;           ///< cycles from the last element read to the result visible
  std::int64_t fixed_cost = 0;        ///< cycles added to the interval of every instruction (gpsimd start-up)
  std::int64_t dynamic_interval = 0;  ///< cycles; floor when an operand address comes from a register
  std::int64_t reduce_cost = 0;       ///< cycles added by a reduction or accumulator read-out beside the result
  std::int64_t reciprocal_factor = 1;
  std::int64_t bn_aggr_factor = 0;  ///< cycles per (count, mean, var) triple
  std::int64_t gather_factor = 0;   ///< gpsimd only: cycles per gathered element
  std::int64_t gather_cost =
      0;  ///< gpsimd only: cycles of local_gather per index beside its elements, times four elements
  std::int64_t descriptor_factor = 0;        ///< gpsimd only: cycles per DMA descriptor built at run time
  std::int64_t int_tensor_factor = 0;        ///< gpsimd only: cycles per element of tensor_tensor
  std::int64_t partition_reduce_factor = 0;  ///< gpsimd only: cycles per free element of a reduction across partitions
  std::int64_t rsqrt_factor = 0;             ///< gpsimd only: cycles per element of tensor_scalar with rsqrt
  std::int64_t table_load_ns = 0;            ///< scalar only: switch to another activation table set
  bool bf16_fast_modes = false;              ///< the half-rate and quarter-rate cases of the fact sheet's vector table
};

struct SequencerSpec {
  std::int64_t issue_ns = 0;    ///< decode and issue of one instruction
  std::int64_t control_ns = 0;  ///< register, loop and branch instructions
  int registers = 0;
  bool loops = false;  ///< data-dependent control flow in silicon
  bool sync_engine = false;
};

/// Partitions that instructions can name. Source: as many as an access encodes (isa/program/layout.h).
inline constexpr int kMostPartitions = 256;

struct SbufSpec {
  int partitions = 0;
  std::int64_t bytes_per_partition = 0;
  std::int64_t reserved_per_partition = 0;  ///< kept by compiler and runtime, at the top of each partition
  int wide_stride_bytes = 0;                ///< an innermost stride above this halves the port's bandwidth
};

struct PsumSpec {
  int partitions = 0;
  int banks = 0;
  std::int64_t bank_bytes = 0;  ///< per partition
};

struct SemaphoreSpec {
  int count = 0;
  std::int64_t engine_visibility_ns = 0;  ///< engine to engine
  std::int64_t dma_visibility_ns = 0;     ///< last DMA byte to the waiting engine
};

struct PortSpec {
  bool vector_gpsimd_share_sbuf = false;  ///< never concurrent on SBUF
  bool vector_scalar_share_psum = false;  ///< never concurrent on PSUM
};

struct DmaSpec {
  int engines = 0;                    ///< per core
  int queues = 0;                     ///< per engine
  double bytes_per_ns = 0;            ///< sustained by one engine
  double peak_bytes_per_ns = 0;       ///< of one engine while a transfer moves; bytes_per_ns holds over many
  std::int64_t queue_ns = 0;          ///< what a transfer keeps its queue beside its bytes at the peak rate
  double descriptor_ns = 0;           ///< least time of one descriptor
  std::int64_t descriptor_bytes = 0;  ///< most bytes of one descriptor
  std::int64_t start_ns = 0;          ///< trigger to first data; overlaps with earlier transfers of the queue
  std::int64_t trigger_ns = 0;        ///< the triggering instruction on its engine
  int partitions_per_engine = 0;      ///< SBUF partitions that one engine serves of a transfer
  bool casts = false;
};

struct DeviceMemorySpec {
  std::string kind;  ///< "HBM" or "DRAM", for reports
  std::int64_t bytes = 0;
  double bytes_per_ns = 0;         ///< whole chip
  double shared_bytes_per_ns = 0;  ///< whole chip, what is left of it as soon as two cores stream
  std::int64_t access_ns = 0;      ///< first byte of a burst
};

/// Links from chip to chip.
struct NeuronLinkSpec {
  int dimensions = 0;           ///< 0: no links; 1: a line or a ring of chips; 2: a grid or a torus
  bool wraps = false;           ///< the last chip of each dimension is joined to the first
  double bytes_per_ns = 0;      ///< of one link in one direction
  std::int64_t latency_ns = 0;  ///< of one hop
};

struct HostLinkSpec {
  double bytes_per_ns = 0;
  std::int64_t setup_ns = 0;  ///< per copied tensor
};

/// One chip as its file describes it. Chips differ by these values, never by branches.
struct ChipSpec {
  std::string name, title;
  int cores = 0;
  std::vector<DType> dtypes;  ///< that operands of any engine and of DMA may have
  TensorSpec tensor;
  LaneEngineSpec vector, scalar, gpsimd;
  SequencerSpec sequencer;
  SbufSpec sbuf;
  PsumSpec psum;
  SemaphoreSpec semaphores;
  PortSpec ports;
  DmaSpec dma;
  DeviceMemorySpec memory;
  NeuronLinkSpec neuronlink;
  HostLinkSpec host;
  std::map<std::string, Provenance> provenance;

  bool has(Engine e) const;
  /// First 16 hex digits of a hash of every value (not of sources): programs carry it.
  std::string hash() const;
  std::int64_t sbuf_usable() const { return sbuf.bytes_per_partition - sbuf.reserved_per_partition; }
};

/// Ticks of one chip: the smallest frequency that every engine clock divides, so that all cycles are whole ticks.
/// Units: frequency in MHz. 2.8, 1.4 and 1.12 GHz give 5600 MHz: 2, 4 and 5 ticks per cycle.
class Timebase {
 public:
  explicit Timebase(const ChipSpec& chip);
  std::int64_t mhz() const { return mhz_; }
  Clock clock(Engine e) const { return Clock{mhz_ / clock_mhz_[static_cast<int>(e)]}; }
  /// Rounded to the nearest tick.
  Tick from_ns(double ns) const;
  double to_ns(Tick t) const { return static_cast<double>(t.value) * 1000.0 / static_cast<double>(mhz_); }

 private:
  std::int64_t mhz_ = 1;
  std::int64_t clock_mhz_[kEngines] = {};
};

}  // namespace inf::arch
