#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::cli {

/// Ending of program files; everything else is assembler text.
inline constexpr const char* kProgramEnding = ".infp";

/// A program file, or assembler text assembled for `chip`.
/// Errors: those of the parser and the program reader.
std::unique_ptr<isa::ProgramSource> open_program(const std::filesystem::path& file, const arch::ChipSpec& chip);

}  // namespace inf::cli
