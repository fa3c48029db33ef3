#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/numerics/dtype.h"
#include "isa/program/constant_data.h"
#include "isa/table/instructions.h"

namespace inf::isa {

/// One tensor in device memory.
struct TensorEntry {
  enum class Role : std::uint8_t { input, output, constant, scratch };
  std::string name;
  Role role = Role::scratch;
  DType dtype = DType::fp32;
  std::vector<std::int64_t> shape;  ///< row-major, dense
  std::int64_t offset = 0;          ///< bytes from the start of device memory
  std::int64_t bytes = 0;
  ConstantData data;  ///< constants only
};

/// What a range of instructions works for: one fused operator of the compiled graph, or a hand-written program as a
/// whole.
struct SourceOp {
  std::string name;                ///< ONNX node that names the operator
  std::string kind;                ///< "conv2d", "max_pool", ...
  std::vector<std::string> nodes;  ///< every ONNX node fused into it
  std::int64_t macs = 0;
};

/// Run length: the next `instructions` of a stream belong to `op` (an index into ProgramImage::ops).
struct SourceRun {
  std::uint32_t instructions = 0;
  std::int32_t op = 0;
};

/// The unit of instruction fetch: the next encoded instructions of every engine. Loops and branches stay inside one
/// segment.
struct Segment {
  std::array<std::vector<std::byte>, arch::kEngines> code;
  std::array<std::vector<SourceRun>, arch::kEngines> source;
};

/// Everything of a program but its instructions.
struct ProgramImage {
  std::string name;
  std::string chip;       ///< ChipSpec::name it was made for
  std::string chip_hash;  ///< ChipSpec::hash()
  std::vector<TensorEntry> tensors;
  std::vector<SourceOp> ops;
  std::int64_t dram_bytes = 0;  ///< high-water mark of device memory
  /// Constants that stay in SBUF from call to call: copied there once, when the model is loaded, not in any call.
  /// preload.h has the rules. Source: fact sheet 5.1, the "pinned" queue sets of NEFF files.
  std::vector<DmaCopy> preload;
};

/// A program whose segments come one after another, from a file or from the compiler while the simulation runs.
class ProgramSource {
 public:
  virtual ~ProgramSource() = default;
  virtual const ProgramImage& image() const = 0;
  /// Fills `segment` with the next one; false at the end.
  virtual bool next(Segment& segment) = 0;
  /// Starts over from the first segment.
  virtual void rewind() = 0;
};

/// A program held in memory as a whole.
struct Program {
  ProgramImage image;
  std::vector<Segment> segments;
};

/// A source over a program in memory.
std::unique_ptr<ProgramSource> source_of(Program program);
/// Drains a source.
Program collect(ProgramSource& source);
/// Bytes of the encoded instructions of all engines; the source starts over afterwards.
std::uint64_t instruction_bytes(ProgramSource& source);

}  // namespace inf::isa
