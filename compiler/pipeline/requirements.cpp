#include "compiler/pipeline/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "compiler/streams/horizon.h"
#include "compiler/tiles/estimate.h"
#include "isa/base/shortage.h"

namespace inf::compiler {
namespace {

class Requirements {
 public:
  explicit Requirements(const arch::ChipSpec& chip) : chip_(chip) {}
  void array();
  void memories();
  void others();
  /// Errors: ShortageError where one is not met.
  void refuse() const;

 private:
  /// One that is not met; the first of them is the inequality of the refusal.
  void miss(const char* knob, std::int64_t needed, std::int64_t available, std::string text) {
    if (missed_.empty())
      shortage_ = {knob, static_cast<double>(needed), static_cast<double>(available), "", fmt::format("chip.{}", knob)};
    missed_.push_back(std::move(text));
  }
  void at_least(const char* key, std::int64_t value, std::int64_t least, const std::string& why = {}) {
    if (value < least)
      miss(key, least, value,
           fmt::format("{} = {} must be at least {}{}{}", key, value, least, why.empty() ? "" : ": ", why));
  }
  void at_most(const char* key, std::int64_t value, const char* other, std::int64_t most, const char* why = "") {
    if (value > most)
      miss(other, value, most, fmt::format("{} = {} must be at most {} = {}{}", key, value, other, most, why));
  }
  void grain(const char* key, int value, const char* why) {
    const auto whole = static_cast<int>(std::bit_ceil(static_cast<unsigned>(std::max(value, kStartGrain))));
    if (value != whole)
      miss(key, whole, value, fmt::format("{} = {} must be a power of two from {}: {}", key, value, kStartGrain, why));
  }

  const arch::ChipSpec& chip_;
  std::vector<std::string> missed_;
  Shortage shortage_;
};

void Requirements::array() {
  grain("sbuf.partitions", chip_.sbuf.partitions, "layouts fold channels onto halves and quarters of them");
  grain("tensor.rows", chip_.tensor.rows, "parts of a contraction start at multiples of it");
  grain("tensor.columns", chip_.tensor.columns, "tiles of PSUM start at multiples of it");
  at_most("tensor.rows", chip_.tensor.rows, "sbuf.partitions", chip_.sbuf.partitions);
  at_most("tensor.columns", chip_.tensor.columns, "sbuf.partitions", chip_.sbuf.partitions,
          ", on which results leave PSUM");
  at_most("tensor.columns", chip_.tensor.columns, "psum.partitions", chip_.psum.partitions);
  at_least("tensor.max_moving", chip_.tensor.max_moving, chip_.tensor.columns, "as many as tensor.columns");
}

void Requirements::memories() {
  at_least("psum.banks", chip_.psum.banks, 2);
  at_least("psum.bank_bytes", chip_.psum.bank_bytes, std::int64_t{4} * chip_.sbuf.partitions,
           "fp32 for each of sbuf.partitions");
  if (sbuf_budget(chip_) < kResidentBytes)
    miss("sbuf.bytes_per_partition", chip_.sbuf.reserved_per_partition + 2 * kResidentBytes,
         chip_.sbuf.bytes_per_partition,
         fmt::format("sbuf.bytes_per_partition = {} must leave at least {} usable", chip_.sbuf.bytes_per_partition,
                     2 * kResidentBytes));
}

void Requirements::others() {
  at_least("dma.queues", chip_.dma.queues, kFewestDmaQueues);
  at_least("semaphores.count", chip_.semaphores.count, kSemaphores);
}

void Requirements::refuse() const {
  if (missed_.empty()) return;
  throw ShortageError(ErrorKind::unsupported, chip_.name,
                      "the compiler cannot use this chip; change in its file:", shortage_, missed_);
}

}  // namespace

void require_usable(const arch::ChipSpec& chip) {
  Requirements requirements(chip);
  requirements.array();
  requirements.memories();
  requirements.others();
  requirements.refuse();
}

}  // namespace inf::compiler
