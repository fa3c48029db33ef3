#include "tools/inf-sim/program_input.h"

#include "isa/program/file.h"
#include "isa/program/text.h"
#include "tools/workflow/files.h"

namespace inf::cli {

std::unique_ptr<isa::ProgramSource> open_program(const std::filesystem::path& file, const arch::ChipSpec& chip) {
  if (file.extension() == kProgramEnding) return isa::read_program(file, &chip);
  return isa::source_of(isa::parse_program(workflow::read_file(file), file.string(), &chip));
}

}  // namespace inf::cli
