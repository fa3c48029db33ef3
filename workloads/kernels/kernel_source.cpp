#include <optional>

#include "isa/base/error.h"
#include "workloads/kernels/writer.h"

namespace inf::workloads {
namespace {

/// Bytes of code after which a segment ends, so that a long kernel never lies in memory as a whole.
constexpr std::size_t kSegmentBytes = 64 * 1024;
constexpr std::int64_t kTensorAlign = 4096;

isa::ProgramImage image_of(const Kernel& kernel, const arch::ChipSpec& chip) {
  isa::ProgramImage image;
  image.name = kernel.name;
  image.chip = chip.name;
  image.chip_hash = chip.hash();
  for (const KernelTensor& t : kernel.tensors) {
    isa::TensorEntry e;
    e.name = t.name;
    e.role = t.role;
    e.dtype = t.dtype;
    e.shape = t.shape;
    e.offset = image.dram_bytes;
    e.bytes = size_of(t.dtype);
    for (const std::int64_t n : t.shape) e.bytes *= n;
    image.dram_bytes += (e.bytes + kTensorAlign - 1) / kTensorAlign * kTensorAlign;
    image.tensors.push_back(e);
  }
  image.ops.push_back({kernel.name, "kernel", {}, 0});
  return image;
}

class KernelSource final : public isa::ProgramSource {
 public:
  KernelSource(Kernel kernel, const arch::ChipSpec& chip)
      : kernel_(std::move(kernel)), chip_(chip), image_(image_of(kernel_, chip_)) {
    rewind();
  }
  const isa::ProgramImage& image() const override { return image_; }
  bool next(isa::Segment& segment) override {
    compiler::StreamBuilder& streams = run_->writer.streams();
    while (streams.bytes() < kSegmentBytes && run_->body.resume()) {
    }
    if (streams.bytes() == 0) return false;
    streams.take(segment);
    return true;
  }
  void rewind() override { run_.emplace(chip_, image_, kernel_); }

 private:
  struct Run {
    Run(const arch::ChipSpec& chip, const isa::ProgramImage& image, const Kernel& kernel)
        : writer(chip, image), body(kernel.body(writer)) {}
    Writer writer;
    compiler::Generator body;
  };
  Kernel kernel_;
  arch::ChipSpec chip_;
  isa::ProgramImage image_;
  std::optional<Run> run_;
};

}  // namespace

std::unique_ptr<isa::ProgramSource> program_of(Kernel kernel, const arch::ChipSpec& chip) {
  for (const arch::Engine e : {arch::Engine::gpsimd, arch::Engine::sync})
    if (!chip.has(e))
      throw Error(ErrorKind::unsupported, kernel.name,
                  chip.name + " has no " + std::string(arch::name(e)) + " engine, which the kernels use",
                  {"the kernels are written for NeuronCore-v2: --chip inf2"});
  return std::make_unique<KernelSource>(std::move(kernel), chip);
}

}  // namespace inf::workloads
