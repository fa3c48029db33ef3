#pragma once
#include <cstddef>
#include <cstdint>

#include "isa/base/units.h"

namespace inf::sim {

/// Host pages: huge ones for what is filled, small ones for what is touched here and there.
enum class Pages : std::uint8_t { huge, small };

/// Anonymous zero-filled memory of the host, taken page by page as it is touched.
/// Errors: usage when the host refuses the reservation.
class HostMemory {
 public:
  HostMemory(std::size_t bytes, const char* what, Pages pages = Pages::huge);
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// SBUF or PSUM: partitions of equal size. Neighbouring partitions lie 192 bytes further apart on the host than on the
/// chip, so that the same offset of all partitions does not fall into one set of the host's caches.
class OnChipMemory {
 public:
  OnChipMemory(int partitions, std::int64_t bytes_per_partition, const char* what);
  std::byte* at(Partition p, std::int64_t offset) {
    return memory_.data() + static_cast<std::size_t>(p.value) * pitch_ + offset;
  }
  const std::byte* at(Partition p, std::int64_t offset) const {
    return memory_.data() + static_cast<std::size_t>(p.value) * pitch_ + offset;
  }
  std::size_t pitch() const { return pitch_; }
  int partitions() const { return partitions_; }
  std::int64_t bytes_per_partition() const { return bytes_per_partition_; }

 private:
  static constexpr std::size_t kPad = 192;
  int partitions_;
  std::int64_t bytes_per_partition_;
  std::size_t pitch_;
  HostMemory memory_;
};

}  // namespace inf::sim
