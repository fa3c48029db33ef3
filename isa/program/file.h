#pragma once
#include <filesystem>
#include <memory>

#include "isa/program/program.h"

namespace inf::isa {

/// Writes a program file: magic, version, then sections (image, constants, preload, segments, end), each compressed by
/// zstd with its sizes and a checksum. It is written beside `file` under a temporary name and renamed at the end, so no
/// partial file is left. Errors: usage when the file cannot be written.
void write_program(ProgramSource& source, const std::filesystem::path& file);

/// Opens a program file and checks it as a whole; segments are then read and unpacked one at a time.
/// Errors: usage when the file cannot be read or was made for another chip than `chip` (null: any); import when it is
/// no program file, of another version, truncated or corrupted, naming the section and its byte offset.
std::unique_ptr<ProgramSource> read_program(const std::filesystem::path& file, const arch::ChipSpec* chip = nullptr);

/// Refuses a program that was made for another chip, as read_program does.
void check_chip(const ProgramImage& image, const arch::ChipSpec& chip, const std::string& where);

}  // namespace inf::isa
