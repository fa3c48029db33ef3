#include "sim/engines/program_memory.h"

#include <algorithm>

#include "isa/base/error.h"
#include "isa/program/preload.h"

namespace inf::sim {
namespace {

using Role = isa::TensorEntry::Role;

void check_tensor(const isa::TensorEntry& t, std::int64_t dram_bytes, std::vector<std::string>& notes) {
  if (t.offset < 0 || t.bytes < 0 || t.offset + t.bytes > dram_bytes)
    notes.push_back("tensor " + t.name + " lies at bytes " + std::to_string(t.offset) + ".." +
                    std::to_string(t.offset + t.bytes) + ", outside the program's " + std::to_string(dram_bytes));
  if (t.role == Role::constant && (!t.data || static_cast<std::int64_t>(t.data.size()) != t.bytes))
    notes.push_back("constant " + t.name + " holds " + std::to_string(t.data.size()) + " bytes of " +
                    std::to_string(t.bytes));
}

void check_input(const isa::TensorEntry& t, const std::vector<TensorData>& inputs, std::vector<std::string>& notes) {
  const auto is_it = [&](const TensorData& d) { return d.name == t.name; };
  const auto found = std::find_if(inputs.begin(), inputs.end(), is_it);
  if (found == inputs.end())
    notes.push_back("input " + t.name + " (" + std::to_string(t.bytes) + " bytes of " + std::string(name(t.dtype)) +
                    ") is missing");
  else if (static_cast<std::int64_t>(found->bytes.size()) != t.bytes)
    notes.push_back("input " + t.name + " has " + std::to_string(found->bytes.size()) + " bytes, the program wants " +
                    std::to_string(t.bytes));
  if (std::count_if(inputs.begin(), inputs.end(), is_it) > 1) notes.push_back("input " + t.name + " is given twice");
}

}  // namespace

void check_program(const isa::ProgramImage& image, const arch::ChipSpec& chip, const std::vector<TensorData>& inputs,
                   bool values, const std::vector<std::string>& fed) {
  std::vector<std::string> notes;
  if (!image.chip_hash.empty() && image.chip_hash != chip.hash())
    notes.push_back("made for chip " + image.chip + " (" + image.chip_hash + "), not for " + chip.name + " (" +
                    chip.hash() + "): compile it again");
  if (image.dram_bytes > chip.memory.bytes)
    notes.push_back("needs " + std::to_string(image.dram_bytes) + " bytes of device memory, " + chip.name + " has " +
                    std::to_string(chip.memory.bytes));
  for (const isa::TensorEntry& t : image.tensors) {
    check_tensor(t, image.dram_bytes, notes);
    if (values && t.role == Role::input && std::find(fed.begin(), fed.end(), t.name) == fed.end())
      check_input(t, inputs, notes);
  }
  for (const TensorData& d : inputs)
    if (std::none_of(image.tensors.begin(), image.tensors.end(),
                     [&](const isa::TensorEntry& t) { return t.role == Role::input && t.name == d.name; }))
      notes.push_back("the program has no input " + d.name);
  for (std::string& mistake : isa::preload_mistakes(image, &chip)) notes.push_back(std::move(mistake));
  if (!notes.empty()) throw Error(ErrorKind::usage, "program " + image.name, "cannot run", notes);
}

const TensorData& input_of(const isa::TensorEntry& tensor, const std::vector<TensorData>& inputs) {
  return *std::find_if(inputs.begin(), inputs.end(), [&](const TensorData& d) { return d.name == tensor.name; });
}

}  // namespace inf::sim
