#include "isa/arch/read_value.h"

#include <fmt/core.h>

#include "isa/base/nearest.h"

namespace inf::arch {
namespace {

constexpr std::string_view kMemoryKinds[] = {"HBM", "DRAM"};

std::vector<DType> read_dtypes(Section& entry) {
  std::vector<DType> types;
  std::vector<std::string_view> known;
  for (int i = 0; i < kDTypes; ++i) known.push_back(name(static_cast<DType>(i)));
  for (const std::string& text : entry.texts("value")) {
    if (const auto type = dtype_from(text))
      types.push_back(*type);
    else
      entry.mistake("value", fmt::format("holds '{}', which is no dtype{}", text, did_you_mean(text, known)));
  }
  if (types.empty() && entry.has("value")) entry.mistake("value", "names no dtype");
  return types;
}

struct ReadValue {
  Section& entry;
  const Parameter& parameter;

  void operator()(int* target) const { *target = static_cast<int>(whole()); }
  void operator()(std::int64_t* target) const { *target = whole(); }
  void operator()(double* target) const { *target = entry.number("value", parameter.low, parameter.high); }
  void operator()(bool* target) const { *target = entry.boolean("value"); }
  void operator()(std::vector<DType>* target) const { *target = read_dtypes(entry); }
  void operator()(std::string* target) const { *target = kMemoryKinds[entry.choice("value", kMemoryKinds)]; }

  std::int64_t whole() const {
    return entry.integer("value", static_cast<std::int64_t>(parameter.low), static_cast<std::int64_t>(parameter.high));
  }
};

}  // namespace

void read_value(Section& entry, const Parameter& parameter) {
  std::visit(ReadValue{entry, parameter}, parameter.target);
}

std::vector<Conflict> conflicts(const ChipSpec& chip) {
  std::vector<Conflict> found;
  const auto wrong = [&](std::vector<std::string> paths, std::string message) {
    found.push_back({std::move(paths), std::move(message)});
  };
  if (chip.sbuf.reserved_per_partition >= chip.sbuf.bytes_per_partition)
    wrong({"sbuf.reserved_per_partition", "sbuf.bytes_per_partition"},
          fmt::format("sbuf.reserved_per_partition = {} leaves nothing of sbuf.bytes_per_partition = {}",
                      chip.sbuf.reserved_per_partition, chip.sbuf.bytes_per_partition));
  if (chip.tensor.columns > chip.psum.partitions)
    wrong({"tensor.columns", "psum.partitions"},
          fmt::format("tensor.columns = {} exceeds psum.partitions = {}; each column needs a PSUM partition",
                      chip.tensor.columns, chip.psum.partitions));
  if (chip.tensor.rows > chip.sbuf.partitions)
    wrong({"tensor.rows", "sbuf.partitions"},
          fmt::format("tensor.rows = {} exceeds sbuf.partitions = {}", chip.tensor.rows, chip.sbuf.partitions));
  if (chip.memory.shared_bytes_per_ns > chip.memory.bytes_per_ns)
    wrong({"memory.shared_bytes_per_ns", "memory.bytes_per_ns"},
          fmt::format("memory.shared_bytes_per_ns = {} exceeds memory.bytes_per_ns = {}",
                      chip.memory.shared_bytes_per_ns, chip.memory.bytes_per_ns));
  constexpr int kPsumElementBytes = 4;
  if (std::int64_t{chip.tensor.max_moving} * kPsumElementBytes > chip.psum.bank_bytes)
    wrong({"tensor.max_moving", "psum.bank_bytes"},
          fmt::format("tensor.max_moving = {} results of 4 bytes do not fit psum.bank_bytes = {}",
                      chip.tensor.max_moving, chip.psum.bank_bytes));
  return found;
}

}  // namespace inf::arch
