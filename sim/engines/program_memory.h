#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "isa/program/program.h"

namespace inf::sim {

/// Dense bytes of a tensor in the dtype that the program gives it.
struct TensorData {
  std::string name;
  std::vector<std::byte> bytes;
};

/// Refuses a program that this chip or these inputs do not fit.
/// Errors: usage, with every mismatch as a note: another chip, tensors outside dram_bytes, constants without or with
/// wrong data, inputs that are missing, unknown, repeated or of the wrong size, a preload section that breaks its
/// rules. `fed` names inputs that other programs compute.
void check_program(const isa::ProgramImage& image, const arch::ChipSpec& chip, const std::vector<TensorData>& inputs,
                   bool values, const std::vector<std::string>& fed = {});

/// The data of an input tensor. Present after check_program with values.
const TensorData& input_of(const isa::TensorEntry& tensor, const std::vector<TensorData>& inputs);

}  // namespace inf::sim
