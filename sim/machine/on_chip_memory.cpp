#include "sim/machine/on_chip_memory.h"

#include <sys/mman.h>

#include <string>

#include "isa/base/error.h"

namespace inf::sim {

HostMemory::HostMemory(std::size_t bytes, const char* what, Pages pages) : bytes_(bytes) {
  if (bytes == 0) return;
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    throw Error(ErrorKind::usage, what, "the host has no address space for " + std::to_string(bytes) + " bytes",
                {"run a smaller program or raise the limit on virtual memory (ulimit -v)"});
  if (pages == Pages::huge) madvise(p, bytes, MADV_HUGEPAGE);
  data_ = static_cast<std::byte*>(p);
}

HostMemory::~HostMemory() {
  if (data_) munmap(data_, bytes_);
}

OnChipMemory::OnChipMemory(int partitions, std::int64_t bytes_per_partition, const char* what)
    : partitions_(partitions),
      bytes_per_partition_(bytes_per_partition),
      pitch_(static_cast<std::size_t>(bytes_per_partition) + kPad),
      memory_(static_cast<std::size_t>(partitions) * pitch_, what) {}

}  // namespace inf::sim
