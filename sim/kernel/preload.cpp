#include "sim/kernel/preload.h"

#include "isa/program/preload.h"
#include "sim/engines/execute.h"
#include "sim/kernel/simulate.h"

namespace inf::sim {

Tick load_time(const arch::ChipSpec& chip, const isa::ProgramImage& image) {
  if (image.preload.empty()) return Tick(0);
  isa::Program program;
  program.image = image;
  program.image.preload.clear();
  isa::Segment segment;
  const auto engine = static_cast<std::size_t>(isa::preload_engine(chip));
  segment.code[engine] = isa::encode_preload(image.preload);
  segment.source[engine] = {{static_cast<std::uint32_t>(image.preload.size()), -1}};
  program.segments.push_back(std::move(segment));
  SimOptions options;
  options.values = false;
  options.check_hazards = false;  // the rules of the section leave none
  return simulate(chip, *isa::source_of(std::move(program)), {}, options).end;
}

void preload(const isa::ProgramImage& image, const arch::ChipSpec& chip, Memories& memories) {
  EngineState state;
  for (const isa::DmaCopy& copy : image.preload) execute(copy, isa::preload_engine(chip), memories, state);
}

}  // namespace inf::sim
