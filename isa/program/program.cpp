#include "isa/program/program.h"

namespace inf::isa {
namespace {

class MemorySource final : public ProgramSource {
 public:
  explicit MemorySource(Program program) : program_(std::move(program)) {}
  const ProgramImage& image() const override { return program_.image; }
  bool next(Segment& segment) override {
    if (at_ == program_.segments.size()) return false;
    segment = program_.segments[at_++];
    return true;
  }
  void rewind() override { at_ = 0; }

 private:
  Program program_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<ProgramSource> source_of(Program program) { return std::make_unique<MemorySource>(std::move(program)); }

Program collect(ProgramSource& source) {
  Program program;
  program.image = source.image();
  source.rewind();
  for (Segment segment; source.next(segment);) program.segments.push_back(std::move(segment));
  return program;
}

std::uint64_t instruction_bytes(ProgramSource& source) {
  std::uint64_t bytes = 0;
  source.rewind();
  for (Segment segment; source.next(segment);)
    for (const std::vector<std::byte>& code : segment.code) bytes += code.size();
  source.rewind();
  return bytes;
}

}  // namespace inf::isa
