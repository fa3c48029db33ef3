#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/streams/generator.h"
#include "compiler/streams/stream_builder.h"

namespace inf::workloads {

/// When the data of a buffer is complete, when its readers are done, and when its bytes were free before that.
struct Place {
  compiler::Horizon free, written, used;
};

/// Data in SBUF, PSUM or device memory, as instructions name it. Copies and parts share the clocks of their buffer.
/// Shapes: [partitions, free dimensions].
struct Tile {
  isa::Access at;
  Place* place = nullptr;

  int partitions() const { return at.partitions; }
  std::int64_t columns() const { return at.elements_per_partition(); }
  /// `count` neighbouring columns of a tile with one dense free dimension.
  Tile cols(std::int64_t first, std::int64_t count) const;
  /// `count` partitions from partition `first` of the tile on.
  Tile parts(int first, int count) const;
  /// Another free pattern, `first` elements behind the tile's start.
  Tile with(const Pattern& free, std::int64_t first = 0) const;
  /// The same bytes read as another type.
  Tile as(DType dtype) const;
};

/// One value for all lanes, or one per partition.
struct Scalar {
  isa::ScalarOperand operand = isa::ScalarOperand::imm(0);
  const Place* place = nullptr;
  Scalar(float value) : operand(isa::ScalarOperand::imm(value)) {}  // NOLINT(google-explicit-constructor)
  Scalar(const Tile& t);                                            // NOLINT(google-explicit-constructor)
};

/// A tensor in device memory that a kernel declares.
struct KernelTensor {
  std::string name;
  isa::TensorEntry::Role role = isa::TensorEntry::Role::input;
  DType dtype = DType::fp32;
  std::vector<std::int64_t> shape;
};

/// The DMA queues of a kernel: two for what it reads and one for what it writes. Transfers of one queue run in order.
enum class Queue : std::uint8_t { reads, more_reads, writes };

/// What a kernel is written with: it names tiles and instructions, and the waits between engines follow from which
/// instruction reads and writes which tile, as a kernel compiler puts them in.
class Writer {
 public:
  Writer(const arch::ChipSpec& chip, const isa::ProgramImage& image) : chip_(chip), image_(image), streams_(chip) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  const arch::ChipSpec& chip() const { return chip_; }
  compiler::StreamBuilder& streams() { return streams_; }

  /// Rows of a tensor on partitions: `partitions` rows from element `start`, `row_step` elements apart.
  Tile dram(std::string_view tensor, std::int64_t start, int partitions, std::int64_t row_step, const Pattern& free);
  /// The same for a part of a scratch tensor that is written and read back on its own.
  Tile spill(std::string_view tensor, std::int64_t start, int partitions, std::int64_t row_step, const Pattern& free);
  /// A tile that lives for the whole kernel. Errors: usage when SBUF is full.
  Tile sbuf(DType dtype, std::int64_t columns, int partitions = 128);

  /// Tiles and pools made while it lives give their part of SBUF back when it ends; what comes after waits for them.
  class Scope {
   public:
    explicit Scope(Writer& writer);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Writer& writer_;
    std::int64_t sbuf_;
    std::size_t places_;
  };

  // ---- data movement ----
  void load(const Tile& dst, const Tile& src, Queue queue = Queue::reads) { copy(dst, src, queue); }
  void store(const Tile& dst, const Tile& src) { copy(dst, src, Queue::writes); }

  // ---- tensor engine ----
  void load_stationary(const Tile& weights);
  /// psum = or += transpose(stationary) x moving.
  void multiply(const Tile& psum, const Tile& stationary, const Tile& moving, bool accumulate);
  void matmul(const Tile& psum, const Tile& stationary, const Tile& moving, bool accumulate) {
    load_stationary(stationary);
    multiply(psum, stationary, moving, accumulate);
  }
  /// psum = transpose(src) by a pass through the array.
  void transpose(const Tile& psum, const Tile& src);

  // ---- scalar engine ----
  void activation(const Tile& dst, numerics::ActFn function, const Tile& src, const Scalar& scale = 1.0f,
                  const Scalar& bias = 0.0f);
  /// The same, and sum [P,1] = the results added up.
  void activation_sum(const Tile& dst, const Tile& sum, numerics::ActFn function, const Tile& src,
                      const Scalar& scale = 1.0f);

  // ---- vector engine; gpsimd where named ----
  void tensor_tensor(const Tile& dst, const Tile& a, numerics::AluOp op, const Tile& b,
                     arch::Engine engine = arch::Engine::vector);
  void tensor_scalar(const Tile& dst, const Tile& src, numerics::AluOp op0, const Scalar& s0,
                     numerics::AluOp op1 = numerics::AluOp::bypass, const Scalar& s1 = 0.0f);
  void tensor_copy(const Tile& dst, const Tile& src, arch::Engine engine = arch::Engine::vector);
  /// Reduces the innermost `axes` dimensions of src.
  void tensor_reduce(const Tile& dst, const Tile& src, numerics::AluOp op, int axes);
  /// r[i] = a[i] x r[i-1] + b[i].
  void scan(const Tile& dst, const Tile& a, const Tile& b, const Scalar& initial);
  void memset(const Tile& dst, float value, arch::Engine engine = arch::Engine::gpsimd);

 private:
  friend class TilePool;
  void copy(const Tile& dst, const Tile& src, Queue queue);
  /// Appends `op`: after what it reads was written and what it writes is free.
  void run(arch::Engine engine, isa::Operation op, std::initializer_list<const Place*> reads,
           std::initializer_list<Place*> writes);
  std::int64_t take_sbuf(std::int64_t bytes);
  Place& new_place();

  const arch::ChipSpec& chip_;
  const isa::ProgramImage& image_;
  compiler::StreamBuilder streams_;
  std::deque<Place> places_;
  std::vector<Place> tensors_;
  std::int64_t sbuf_used_ = 0;
  compiler::Horizon before_;  ///< the end of what ended scopes held
};

/// Buffers of one size in SBUF, handed out in turn: with depth 2 the next tile is loaded while this one is worked on.
class TilePool {
 public:
  /// Units: bytes per partition. Errors: usage when SBUF is full.
  TilePool(Writer& writer, std::int64_t bytes, int depth);
  Tile next(DType dtype, std::int64_t columns, int partitions = 128);

 private:
  std::int64_t offset_, bytes_;
  std::vector<Place*> places_;
  std::size_t next_ = 0;
};

/// The same for PSUM banks [first, first + count).
class BankPool {
 public:
  BankPool(Writer& writer, int first, int count);
  Tile next(std::int64_t columns, int partitions = 128);

 private:
  const arch::ChipSpec& chip_;
  int first_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
};

/// A kernel: its tensors, and the loops that write its instructions. The body gives control back wherever the stream
/// may be cut.
struct Kernel {
  std::string name;
  std::vector<KernelTensor> tensors;
  std::function<compiler::Generator(Writer&)> body;
};

/// The kernel's instructions for `chip`, made segment by segment.
/// Errors: unsupported for a chip that lacks an engine which the kernels use.
std::unique_ptr<isa::ProgramSource> program_of(Kernel kernel, const arch::ChipSpec& chip);

}  // namespace inf::workloads
